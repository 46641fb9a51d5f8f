// Tickets of one team and environment.
import { type ExpressionBuilder, type Selectable, sql } from 'kysely';
import type { components } from '../../generated/types.ts';
import { countMax, type Paging } from '../http/paging.ts';
import type { TenantDatabase } from '../storage/database.ts';
import { isUuid, newUuid, toPrefixed, toUuid } from '../storage/ids.ts';
import { withNewId } from '../storage/redraw.ts';
import type { Tables } from '../storage/tables.ts';

export type Ticket = components['schemas']['Ticket'];
export type TicketRow = Selectable<Tables['tickets']>;
type NewTicket = Omit<components['schemas']['NewTicket'], 'customerId' | 'assignedTo'> & {
  customerId: string | null;
  assignedTo: string | null;
};
type TicketChanges = components['schemas']['TicketChanges'];
export type TicketFilters = {
  status?: Ticket['status'];
  priority?: Ticket['priority'];
  assignedTo?: string;
  customerId?: string;
  tag?: string;
  search?: string;
};

const metadataKeysMax = 50;
const ended: Ticket['status'][] = ['resolved', 'closed'];

export function ticketStore(db: TenantDatabase) {
  const filtered = (filters: TicketFilters) =>
    db.selectFrom('tickets').where((where) => where.and(conditions(where, db, filters)));

  return {
    /** A page's rows and the first one after them; `total` is counted up to one more than `countMax`. */
    async list(
      filters: TicketFilters,
      { page, pageSize, after }: Paging,
    ): Promise<{ found: TicketRow[]; total: number }> {
      const found = await filtered(filters)
        .selectAll()
        .$if(after !== undefined, (query) =>
          query.where(sql<boolean>`(created_at, id) < (${after?.createdAt}::timestamptz, ${after?.id}::uuid)`),
        )
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(pageSize + 1)
        .offset(after ? 0 : (page - 1) * pageSize)
        .execute();
      const total = await db.count(filtered(filters).select(sql`1`.as('one')), countMax + 1);
      return { found, total };
    },

    async add(
      {
        title,
        status = 'new',
        priority = 'normal',
        customerId,
        customerName,
        assignedTo,
        tags = [],
        notes = null,
        metadata = {},
      }: NewTicket,
      now: Date,
    ): Promise<TicketRow> {
      await addTags(db, tags, now);
      return withNewId(now, (id) =>
        db
          .insertInto('tickets')
          .values({
            id,
            title,
            status,
            priority,
            customer_id: customerId,
            customer_name: customerName ?? null,
            assigned_to: assignedTo,
            tags,
            notes,
            message_count: 0,
            response_deadline: null,
            resolution_deadline: null,
            response_tier: null,
            resolution_tier: null,
            sla_paused: false,
            first_response_at: null,
            metadata: JSON.stringify(metadata),
            created_at: now,
            updated_at: now,
            closed_at: ended.includes(status) ? now : null,
          })
          .returningAll()
          .executeTakeFirstOrThrow(),
      );
    },

    async find(id: string): Promise<TicketRow | undefined> {
      return db.selectFrom('tickets').selectAll().where('id', '=', toUuid(id)).executeTakeFirst();
    },

    /** Undefined when there is no such ticket, or when its metadata would have too many keys. */
    async change(
      id: string,
      { title, status, priority, assignedTo, tags, notes, metadata = {} }: TicketChanges,
      now: Date,
    ): Promise<TicketRow | undefined> {
      if (tags) await addTags(db, tags, now);
      const set = JSON.stringify(Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null)));
      const removed = Object.keys(metadata).filter((key) => metadata[key] === null);
      const merged = sql<string>`(metadata || ${set}::jsonb) - ${removed}::text[]`;
      return db
        .updateTable('tickets')
        .set({
          title,
          status,
          priority,
          tags,
          notes,
          updated_at: now,
          metadata: merged,
          ...(assignedTo !== undefined && { assigned_to: assignedTo === null ? null : toUuid(assignedTo) }),
          ...(status && { closed_at: ended.includes(status) ? sql<Date>`coalesce(closed_at, ${now})` : null }),
        })
        .where('id', '=', toUuid(id))
        .where(sql<boolean>`(select count(*) from jsonb_object_keys(${merged})) <= ${metadataKeysMax}`)
        .returningAll()
        .executeTakeFirst();
    },

    /** The UUID of the ticket that is gone now; undefined when there was none. */
    async remove(id: string): Promise<string | undefined> {
      const row = await db.deleteFrom('tickets').where('id', '=', toUuid(id)).returning('id').executeTakeFirst();
      return row?.id;
    },
  };
}

function conditions(
  where: ExpressionBuilder<Tables, 'tickets'>,
  db: TenantDatabase,
  { status, priority, assignedTo, customerId, tag, search }: TicketFilters,
) {
  const pattern = `%${search?.replaceAll(/[\\%_]/g, '\\$&')}%`;
  return [
    ...(status ? [where('status', '=', status)] : []),
    ...(priority ? [where('priority', '=', priority)] : []),
    ...(assignedTo ? [where('assigned_to', '=', toUuid(assignedTo))] : []),
    ...(customerId ? [where('customer_id', '=', toUuid(customerId))] : []),
    ...(tag ? [sql<boolean>`tags @> array[${tagName(db, tag)}]`] : []),
    ...(search ? [where.or([where('title', 'ilike', pattern), where('customer_name', 'ilike', pattern)])] : []),
  ];
}

/** A tag is named by its UUID (source document), else by its exact name. */
function tagName(db: TenantDatabase, tag: string) {
  return isUuid(tag)
    ? sql<string>`(${db.selectFrom('tags').select('name').where('id', '=', tag.toLowerCase())})`
    : sql<string>`${tag}`;
}

async function addTags(db: TenantDatabase, names: string[], now: Date): Promise<void> {
  if (names.length === 0) return;
  await db
    .insertInto('tags')
    .values(names.map((name) => ({ id: newUuid(now), name })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** A row as the contract's Ticket. */
export function toTicket(row: TicketRow): Ticket {
  return {
    object: 'ticket',
    id: toPrefixed('tkt', row.id),
    uuid: row.id,
    title: row.title,
    status: row.status,
    priority: row.priority,
    customerId: row.customer_id && toPrefixed('cus', row.customer_id),
    customerName: row.customer_name,
    assignedTo: row.assigned_to && toPrefixed('mem', row.assigned_to),
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
    updatedAt: row.updated_at.toISOString(),
    closedAt: text(row.closed_at),
  };
}

const text = (time: Date | null): string | null => time?.toISOString() ?? null;
