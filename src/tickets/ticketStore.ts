// The tickets of one team and environment.
import { sql } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import type { components } from '../../generated/types.ts';
import { changedFields } from '../http/eventFields.ts';
import { Problem } from '../http/problem.ts';
import type { TenantDatabase } from '../storage/database.ts';
import { newUuid, toUuid } from '../storage/ids.ts';
import { listNfcWhereDifferent, nfc, nfcWhereDifferent } from '../storage/nfc.ts';
import { boundsOf, type Paging, within } from '../storage/page.ts';
import { type Found, foundIn, rowsOf, withTotal } from '../storage/rows.ts';
import { type MessageRow, messageOfJson, messageStore } from './messageStore.ts';
import { arePublic, hasEnded, type TicketRow, toTicket } from './ticket.ts';
import { filtered, type TicketFilters, totalOf, wantedOf } from './ticketFilters.ts';

type TicketCreate = Omit<components['schemas']['TicketCreate'], 'customerId' | 'assignedTo'> & {
  customerId: string | null;
  assignedTo: string | null;
};
type TicketUpdate = components['schemas']['TicketUpdate'];

const metadataKeysMax = 50;

/** Reads and writes the tickets of a tenant. */
export function ticketStore(db: TenantDatabase) {
  const rows = rowsOf(db, 'tickets');

  return {
    ...rows,

    /** Newest first. */
    async list(filters: TicketFilters, paging: Paging): Promise<Found<TicketRow>> {
      const wanted = wantedOf(filters);
      const values = { ...wanted, ...boundsOf(paging) };
      const found = await db.prepared('page of tickets', values, (view, slots) =>
        withTotal(totalOf(view, slots), within(slots, filtered(view, slots).selectAll())),
      );
      return foundIn(found, () => totalOf(db, wanted));
    },

    /** A ticket with its first `messagesMax` messages, oldest first, in one statement. */
    async findWithMessages(
      id: string,
      messagesMax: number,
    ): Promise<{ ticket: TicketRow; messages: MessageRow[] } | undefined> {
      const values = { id: toUuid(id), messagesMax };
      const [row] = await db.prepared('ticket with messages', values, (view, slots) =>
        view
          .selectFrom('tickets')
          .selectAll()
          .select(jsonArrayFrom(messageStore(view).first(slots.id, slots.messagesMax)).as('messages'))
          .where('id', '=', slots.id),
      );
      return row && { ticket: row, messages: row.messages.map(messageOfJson) };
    },

    async add(ticket: TicketCreate, now: Date): Promise<TicketRow> {
      const { title, status = 'new', priority = 'normal', customerName, tags = [], notes, metadata = {} } = ticket;
      await haveTags(db, tags, now);
      return rows.add(
        {
          title,
          title_nfc: nfcWhereDifferent(title),
          status,
          priority,
          customer_id: ticket.customerId,
          customer_name: customerName ?? null,
          customer_name_nfc: nfcWhereDifferent(customerName ?? null),
          assigned_to: ticket.assignedTo,
          tags,
          tags_nfc: listNfcWhereDifferent(tags),
          notes: notes ?? null,
          message_count: 0,
          response_deadline: null,
          resolution_deadline: null,
          response_tier: null,
          resolution_tier: null,
          sla_paused: false,
          first_response_at: null,
          metadata: JSON.stringify(metadata),
          updated_at: now,
          public_updated_at: now,
          closed_at: hasEnded({ status }) ? now : null,
        },
        now,
      );
    },

    /**
     * Changes a locked ticket. Writes nothing if nothing would change.
     * @throws 400 `parameter_invalid` if its metadata would have too many keys
     */
    async change(before: TicketRow, changes: TicketUpdate, now: Date): Promise<TicketRow> {
      const after = changed(before, changes, now);
      const differences = changedFields('Ticket', toTicket(before), toTicket(after));
      if (differences.length === 0) return before;
      const public_updated_at = arePublic(differences) ? now : before.public_updated_at;
      if (changes.tags) await haveTags(db, changes.tags, now);
      const { title, status, priority, assigned_to, tags, notes, metadata, updated_at, closed_at } = after;
      await db
        .updateTable('tickets')
        .set({
          title,
          title_nfc: nfcWhereDifferent(title),
          status,
          priority,
          assigned_to,
          tags,
          tags_nfc: listNfcWhereDifferent(tags),
          notes,
          metadata: JSON.stringify(metadata),
          updated_at,
          public_updated_at,
          closed_at,
        })
        .where('id', '=', before.id)
        .execute();
      return { ...after, public_updated_at };
    },
  };
}

function changed(before: TicketRow, changes: TicketUpdate, now: Date): TicketRow {
  const { title, status, priority, assignedTo, tags, notes, metadata = {} } = changes;
  const merged = Object.entries({ ...before.metadata, ...metadata }).filter(([, value]) => value !== null);
  if (merged.length > metadataKeysMax)
    throw new Problem('parameter_invalid', {
      param: 'metadata',
      message: "'metadata' would have more than 50 keys after this change.",
    });
  const after = {
    ...before,
    title: title ?? before.title,
    status: status ?? before.status,
    priority: priority ?? before.priority,
    tags: tags ?? before.tags,
    notes: notes === undefined ? before.notes : notes,
    assigned_to: assignedTo === undefined ? before.assigned_to : assignedTo && toUuid(assignedTo),
    metadata: Object.fromEntries(merged) as Record<string, string>, // null removed its key
    updated_at: now,
  };
  return { ...after, closed_at: hasEnded(after) ? (before.closed_at ?? now) : null };
}

/**
 * Creates missing tags, and keeps existing ones from being deleted until the transaction ends. Names that are equal in NFC are the
 * same tag, which keeps its first spelling.
 */
async function haveTags(db: TenantDatabase, names: string[], now: Date): Promise<void> {
  const spellings = new Map(names.toReversed().map((name) => [nfc(name), name]));
  const keys = [...spellings.keys()].toSorted(); // in a fixed order, so that two writes cannot deadlock
  const key = sql<string>`coalesce(name_nfc, name)`;
  for (let found = 0; found < keys.length; ) {
    const rows = keys.map((name) => tagRow(spellings.get(name) as string, now));
    const made = db
      .insertInto('tags')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .returning(key.as('key'));
    const kept = db
      .selectFrom('tags')
      .select(key.as('key'))
      .where(sql<boolean>`${key} = any(${keys})`)
      .orderBy(key)
      .forKeyShare();
    // A tag that another transaction creates or deletes between the two statements is found by neither, so the next try finds it.
    const rowsFound = await db.run(
      sql`with made as (${made}) select key from made union all select key from (${kept}) as kept`,
    );
    found = rowsFound.length;
  }
}

const tagRow = (name: string, now: Date) => ({ id: newUuid(now), name, name_nfc: nfcWhereDifferent(name) });
