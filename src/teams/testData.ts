// Deletes the data of a tenant in many small transactions, so that no other write waits long. Rows that are created meanwhile stay,
// and so do the customers and tags that they use. Keys, their events and the audit log stay too.
import { type RawBuilder, sql } from 'kysely';
import type { Step } from '../http/changes.ts';
import type { TenantDatabase } from '../storage/database.ts';
import { newUuid } from '../storage/ids.ts';
import type { TenantTable } from '../storage/tables.ts';

const rowsAtOnce = 500;
const tagName = sql<string>`coalesce(name_nfc, name)`;
const lastOfItsMoment = () => 2 ** 30 - 1;

/** A table, the order in which its rows are processed, and how a batch of rows is deleted. */
type Part = {
  table: TenantTable;
  key: string[];
  /** The rows to delete. */
  only: RawBuilder<boolean>;
  /** The order in which other writes lock these rows. Default: the order of the key. */
  lockOrder?: RawBuilder<unknown>;
  deleteThese: (db: TenantDatabase, these: RawBuilder<boolean>) => Promise<void>;
};

/** Deletes all data that existed at `now`. It can be called again after an interruption. */
export async function emptyTenant(step: Step, now: Date): Promise<void> {
  const until = await step((db) => latest(db, now));
  for (const part of partsUntil(until)) await deletePart(step, part);
}

/** The time up to which rows are deleted. The clock of another process may be ahead, so it includes the newest ticket. */
async function latest(db: TenantDatabase, now: Date): Promise<Date> {
  const newest = await db.selectFrom('tickets').select('created_at').orderBy('created_at', 'desc').limit(1).execute();
  return new Date(Math.max(now.getTime(), ...newest.map(({ created_at }) => created_at.getTime())));
}

/**
 * Stored replies are deleted first. A reply that is deleted was committed before tickets are read, so its ticket is deleted too, and
 * a retry cannot create the ticket twice.
 */
function partsUntil(until: Date): Part[] {
  const byTime = sql<boolean>`created_at <= ${until}`;
  const byId = sql<boolean>`id <= ${newUuid(until, lastOfItsMoment)}::uuid`;
  return [
    { table: 'idempotency', key: ['method', 'path', 'key'], only: byTime, deleteThese: deleteFrom('idempotency') },
    { table: 'messages', key: ['id'], only: byId, deleteThese: deleteFrom('messages') },
    { table: 'tickets', key: ['id'], only: byId, deleteThese: deleteTickets },
    { table: 'customers', key: ['id'], only: byId, deleteThese: deleteCustomers },
    { table: 'tags', key: ['id'], only: byId, lockOrder: tagName, deleteThese: deleteTags },
    { table: 'articles', key: ['id'], only: byId, deleteThese: deleteFrom('articles') },
    {
      table: 'events',
      key: ['sequence'],
      only: sql<boolean>`${byTime} and type not like 'api_key.%'`,
      deleteThese: deleteFrom('events'),
    },
  ];
}

/** Processes the rows once, in the order of their key, with one transaction per `rowsAtOnce` rows. */
async function deletePart(step: Step, { table, key, only, lockOrder, deleteThese }: Part): Promise<void> {
  const columns = sql.join(key.map((column) => sql.ref(column)));
  for (let after: unknown[] | undefined, isLast = false; !isLast; ) {
    const rest = after ? sql<boolean>`(${columns}) > (${sql.join(after)}) and ${only}` : only;
    after = await step(async (db) => {
      const [end] = await db.run(
        sql<object>`select ${columns} from (${db.selectFrom(table).selectAll().where(rest)}) as rest
          order by ${columns} offset ${sql.lit(rowsAtOnce - 1)} limit 1`,
      );
      const last = end && key.map((column) => (end as Record<string, unknown>)[column]);
      const these = last ? sql<boolean>`${rest} and (${columns}) <= (${sql.join(last)})` : rest;
      await db.run(
        sql`select 1 from (${db
          .selectFrom(table)
          .selectAll()
          .where(these)
          .orderBy(lockOrder ?? columns)
          .forUpdate()}) as locked`,
      );
      await deleteThese(db, these);
      return last;
    });
    isLast = after === undefined;
  }
}

const deleteFrom = (table: TenantTable) => async (db: TenantDatabase, these: RawBuilder<boolean>) =>
  void (await db.deleteFrom(table).where(these).execute());

/** Also deletes messages that were added meanwhile. As in every write, the count of tickets changes last. */
async function deleteTickets(db: TenantDatabase, these: RawBuilder<boolean>): Promise<void> {
  const tickets = db.selectFrom('tickets').select('id').where(these);
  await db.selectFrom('messages').select('id').where('ticket_id', 'in', tickets).orderBy('id').forUpdate().execute();
  const { numDeletedRows } = await db.deleteFrom('tickets').where(these).executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) return;
  await db
    .updateTable('tenant_state')
    .set({ tickets: sql<number>`tickets - ${numDeletedRows.toString()}::bigint` })
    .execute();
}

/** Keeps customers of tickets that were created meanwhile. The customers are locked, so no further ticket can refer to them. */
async function deleteCustomers(db: TenantDatabase, these: RawBuilder<boolean>): Promise<void> {
  const named = db.selectFrom('tickets').select('customer_id').where('customer_id', 'is not', null);
  await db.deleteFrom('customers').where(these).where('id', 'not in', named).execute();
}

/** Keeps tags of tickets that were created meanwhile. `haveTags` of the ticket store locks tags in the order of their names. */
async function deleteTags(db: TenantDatabase, these: RawBuilder<boolean>): Promise<void> {
  const named = db.selectFrom('tickets').select(sql<string>`unnest(coalesce(tags_nfc, tags))`.as('name'));
  await db.deleteFrom('tags').where(these).where(tagName, 'not in', named).execute();
}
