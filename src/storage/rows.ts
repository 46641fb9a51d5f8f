// The rows of a resource: what the stores of all resources have in common. A store adds its own queries.
import {
  type Insertable,
  type RawBuilder,
  type Selectable,
  type SelectQueryBuilder,
  sql,
  type Updateable,
} from 'kysely';
import type { TenantDatabase } from './database.ts';
import { newUuid, toUuid } from './ids.ts';
import { countMax, type Order, onPage, type Paging, type Position } from './page.ts';
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
  const byId = (id: string) => db.selectFrom(one).selectAll().where('id', '=', toUuid(id));
  type Maybe = Promise<Row<T> | undefined>;
  return {
    find: (id: string) => byId(id).executeTakeFirst() as unknown as Maybe,
    /** Finds a row and locks it until the transaction ends. */
    lock: (id: string) => byId(id).forUpdate().executeTakeFirst() as unknown as Maybe,
    add: (row: Omit<Insertable<Tables[T]>, Own>, now: Date) =>
      db
        .insertInto(one)
        .values({ ...row, id: newUuid(now), created_at: now } as never)
        .returningAll()
        .executeTakeFirstOrThrow() as unknown as Promise<Row<T>>,
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
  const counted = db.counted(query.select(sql`1`.as('one')), countMax + 1);
  return withTotal(db, onPage(query.selectAll(), paging, order), counted) as never;
}

/** Reads the rows of a page and the number of all rows in one statement. */
export async function withTotal<DB, T extends keyof DB, O>(
  db: TenantDatabase,
  page: SelectQueryBuilder<DB, T, O>,
  total: RawBuilder<number>,
): Promise<Found<O>> {
  const found = (await page.select(total.as('row_total')).execute()) as (O & { row_total: number })[];
  const [first] = found;
  if (first) return { found, total: first.row_total };
  return { found, total: await db.valueOf(total) }; // the page is beyond the last row
}

/** Every row of a resource that a query selects, newest first. Reads page by page, so that memory does not grow with their number. */
export async function* everyRow<DB, T extends keyof DB>(
  query: SelectQueryBuilder<DB, T, Record<never, never>>,
): AsyncGenerator<Selectable<DB[T]>> {
  const pageSize = 100;
  for (let after: Position | undefined, isLast = false; !isLast; ) {
    const rows = (await onPage(query.selectAll(), { page: 1, pageSize, after }).execute()) as unknown as {
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
