// Maps a ticket's row to the contract.
import type { Selectable } from 'kysely';
import { secretFields } from '../../generated/operations.ts';
import type { components } from '../../generated/types.ts';
import type { KeyCaller } from '../http/operation.ts';
import { toPrefixed } from '../storage/ids.ts';
import type { Tables } from '../storage/tables.ts';

export type Ticket = components['schemas']['Ticket'];
export type TicketRow = Selectable<Tables['tickets']>;

/** Resolved and closed tickets have a `closedAt`. */
export const hasEnded = ({ status }: Pick<TicketRow, 'status'>): boolean =>
  status === 'resolved' || status === 'closed';

const text = (time: Date | null): string | null => time?.toISOString() ?? null;
const idOr = (prefix: string, uuid: string | null): string | null => uuid && toPrefixed(prefix, uuid);

/** Maps a row to the contract's Ticket. For publishable keys, `updatedAt` ignores changes that they cannot see. */
export function toTicket(row: TicketRow, { type }: Pick<KeyCaller, 'type'> = { type: 'secret' }): Ticket {
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

/** Whether a publishable key can see one of these fields. */
export function arePublic(fields: readonly string[]): boolean {
  const secret: readonly string[] = secretFields.Ticket;
  return fields.some((field) => !secret.includes(field));
}
