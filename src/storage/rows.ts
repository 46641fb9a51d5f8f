// The rows of a resource: what the stores of all resources have in common. A store adds its own queries.
import { type Insertable, type Selectable, type SelectQueryBuilder, sql, type Updateable } from 'kysely';
import type { TenantDatabase, Total } from './database.ts';
import { newUuid, toUuid } from './ids.ts';
import { boundsOf, countMax, type Order, type Paging, type Position, within } from './page.ts';
import type { Tables, TenantTable } from './tables.ts';
import type { Tenant } from './tenant.ts';

/** The tables with the columns of a resource. */
type ResourceTable = {
  [T in TenantTable]: Tables[T] extends { id: string; created_at: Date } ? T : never;
}[TenantTable];
type Row<T extends ResourceTable> = Selectable<Tables[T]>;
type Own = 'id' | 'created_at' | 'team_id' | keyof Tenant;

/** The rows of a page and the first one after it. `total` is counted up to one more than `countMax`. */
export type Found<R> = { found: R[]; total: number };

/** Reads and writes single rows of a tenant's table. IDs are accepted in both spellings. */
export function rowsOf<T extends ResourceTable>(db: TenantDatabase, table: T) {
  const one = table as 'articles'; // Kysely cannot type a table that is a type parameter
  const byId = (view: TenantDatabase, id: string) => view.selectFrom(one).selectAll().where('id', '=', id);
  type Maybe = Promise<Row<T> | undefined>;
  return {
    async find(id: string): Maybe {
      const values = { id: toUuid(id) };
      const [row] = await db.prepared(`find ${table}`, values, (view, slots) => byId(view, slots.id));
      return row as Row<T> | undefined;
    },
    /** Finds a row and locks it until the transaction ends. */
    lock: (id: string) => byId(db, toUuid(id)).forUpdate().executeTakeFirst() as unknown as Maybe,
    async add(columns: Omit<Insertable<Tables[T]>, Own>, now: Date): Promise<Row<T>> {
      const values = { ...columns, id: newUuid(now), created_at: now };
      const [row] = await db.prepared(`add to ${table}`, values, (view, slots) =>
        view
          .insertInto(one)
          .values(slots as never)
          .returningAll(),
      );
      return row as Row<T>;
    },
    change: ({ id }: { id: string }, changes: Omit<Updateable<Tables[T]>, Own>) =>
      db
        .updateTable(one)
        .set(changes as never)
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow() as unknown as Promise<Row<T>>,
    /** Deletes a row and returns it. Undefined if there was none. */
    remove: (id: string) =>
      db.deleteFrom(one).where('id', '=', toUuid(id)).returningAll().executeTakeFirst() as unknown as Maybe,
  };
}

/** A page of the rows that a query selects. */
export async function pageFrom<DB, T extends keyof DB>(
  db: TenantDatabase,
  query: SelectQueryBuilder<DB, T, Record<never, never>>,
  paging: Paging,
  order?: Order,
): Promise<Found<Selectable<DB[T]>>> {
  const total = db.counted(query.select(sql`1`.as('one')) as never, countMax + 1);
  const rows = await withTotal(total, within(boundsOf(paging), query.selectAll(), order)).execute();
  return foundIn<Selectable<DB[T]> & Totalled>(rows as never, () => total);
}

export type Totalled = { row_total: number };

/** A query of a page that also reads the number of all rows, so that one statement does both. */
export const withTotal = <DB, T extends keyof DB, O>(total: Total, page: SelectQueryBuilder<DB, T, O>) =>
  page.select(sql<number>`coalesce((${total}), 0)`.as('row_total'));

/** @param totalQuery built and run only if the page has no rows, and so no total */
export async function foundIn<R extends Totalled>(found: R[], totalQuery: () => Total): Promise<Found<R>> {
  const total = found[0]?.row_total ?? (await totalQuery().executeTakeFirst())?.total;
  return { found, total: total ?? 0 };
}

/** Every row of a resource that a query selects, newest first. Reads page by page, so that memory does not grow with their number. */
export async function* everyRow<DB, T extends keyof DB>(
  query: SelectQueryBuilder<DB, T, Record<never, never>>,
): AsyncGenerator<Selectable<DB[T]>> {
  const pageSize = 100;
  for (let after: Position | undefined, isLast = false; !isLast; ) {
    const rows = (await within(boundsOf({ page: 1, pageSize, after }), query.selectAll()).execute()) as unknown as {
      id: string;
      created_at: Date;
    }[];
    isLast = rows.length <= pageSize; // a page has one more row, if there is one
    for (const row of rows.slice(0, pageSize)) {
      yield row as Selectable<DB[T]>;
      after = { createdAt: row.created_at.toISOString(), id: row.id };
    }
  }
}
