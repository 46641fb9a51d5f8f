// Maps a ticket's row to the contract: as a resource, in events, and before and after a change.
import type { Selectable } from 'kysely';
import { secretFields } from '../../generated/operations.ts';
import type { components } from '../../generated/types.ts';
import type { KeyCaller } from '../http/operation.ts';
import { toPrefixed } from '../storage/ids.ts';
import type { Tables } from '../storage/tables.ts';

export type Ticket = components['schemas']['Ticket'];
type TicketSnapshot = components['schemas']['TicketSnapshot'];
type TicketChangeSet = components['schemas']['TicketChangeSet'];
export type TicketRow = Selectable<Tables['tickets']>;

/** Resolved and closed tickets have a `closedAt`. */
export const hasEnded = ({ status }: Pick<TicketRow, 'status'>): boolean =>
  status === 'resolved' || status === 'closed';

const text = (time: Date | null): string | null => time?.toISOString() ?? null;
const idOr = (prefix: string, uuid: string | null): string | null => uuid && toPrefixed(prefix, uuid);

/** Maps a row to the contract's Ticket. For publishable keys, `updatedAt` ignores changes that they cannot see. */
export function toTicket(row: TicketRow, { type }: Pick<KeyCaller, 'type'>): Ticket {
  return {
    object: 'ticket',
    id: toPrefixed('tkt', row.id),
    uuid: row.id,
    title: row.title,
    status: row.status,
    priority: row.priority,
    customerId: idOr('cus', row.customer_id),
    customerName: row.customer_name,
    assignedTo: idOr('mem', row.assigned_to),
    tags: row.tags,
    notes: row.notes,
    messageCount: row.message_count,
    responseDeadline: text(row.response_deadline),
    resolutionDeadline: text(row.resolution_deadline),
    responseTier: row.response_tier,
    resolutionTier: row.resolution_tier,
    slaPaused: row.sla_paused,
    firstResponseAt: text(row.first_response_at),
    metadata: row.metadata,
    createdAt: row.created_at.toISOString(),
    updatedAt: (type === 'secret' ? row.updated_at : row.public_updated_at).toISOString(),
    closedAt: text(row.closed_at),
  };
}

/** Maps a row to its snapshot in events. */
export function snapshotOf(row: TicketRow): TicketSnapshot {
  return {
    id: toPrefixed('tkt', row.id),
    uuid: row.id,
    title: row.title,
    status: row.status,
    priority: row.priority,
    customer_id: idOr('cus', row.customer_id),
    customer_name: row.customer_name,
    assigned_to: idOr('mem', row.assigned_to),
    tags: row.tags,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    closed_at: text(row.closed_at),
  };
}

const watched = ['title', 'status', 'priority', 'assigned_to', 'notes', 'tags', 'metadata'] as const;

/** The watched fields that changed, with their values before and after. Undefined if none changed. */
export function changesBetween(before: TicketRow, after: TicketRow): TicketChangeSet | undefined {
  const changed = watched.filter((field) => !isSame(before[field], after[field]));
  if (changed.length === 0) return undefined;
  const shown = (row: TicketRow) => ({ ...row, assigned_to: idOr('mem', row.assigned_to) });
  const [from, to] = [shown(before), shown(after)];
  return Object.fromEntries(changed.map((field) => [field, { from: from[field], to: to[field] }]));
}

/** Whether a publishable key can see one of these changes. */
export function arePublic(changes: TicketChangeSet): boolean {
  const secret: readonly string[] = secretFields.Ticket;
  const nameOf = (field: string) => field.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.keys(changes).some((field) => !secret.includes(nameOf(field)));
}

/** Compares texts, lists of texts, and maps of texts, whose key order does not matter. */
function isSame(one: unknown, other: unknown): boolean {
  const canonical = (value: unknown) =>
    JSON.stringify(Array.isArray(value) || typeof value !== 'object' ? value : Object.entries(value ?? {}).sort());
  return canonical(one) === canonical(other);
}
