// The database, and a tenant's view of it: through the view, a query outside one team and environment cannot be written.
import {
  type DeleteQueryBuilder,
  type DeleteResult,
  type Expression,
  type InsertQueryBuilder,
  type InsertResult,
  Kysely,
  PostgresDialect,
  type RawBuilder,
  type SelectQueryBuilder,
  sql,
  type UpdateQueryBuilder,
  type UpdateResult,
} from 'kysely';
import type pg from 'pg';
import { named } from './named.ts';
import type { Tables, TenantTable } from './tables.ts';
import type { Tenant } from './tenant.ts';

export type Database = {
  /** For what belongs to no tenant: teams, members, keys. */
  kysely: Kysely<Tables>;
  of(tenant: Tenant): TenantDatabase;
  /** @throws when the database does not answer. */
  ping(): Promise<void>;
};

/** Every statement that begins here is bound to the tenant; rows are written with it. */
export type TenantDatabase = {
  tenant: Tenant;
  /** Counts what a query of this view finds, up to `max`: counting everything has a cost without end. */
  count(query: Expression<unknown> & { limit(rows: number): Expression<unknown> }, max: number): Promise<number>;
  /** Runs plain SQL whose parts are queries of this view. */
  run<Row>(query: RawBuilder<Row>): Promise<Row[]>;
  selectFrom<T extends TenantTable>(table: T): SelectQueryBuilder<Tables, T, Record<never, never>>;
  insertInto<T extends TenantTable>(
    table: T,
  ): { values(rows: Unbound<T> | Unbound<T>[]): InsertQueryBuilder<Tables, T, InsertResult> };
  updateTable<T extends TenantTable>(table: T): UpdateQueryBuilder<Tables, T, T, UpdateResult>;
  deleteFrom<T extends TenantTable>(table: T): DeleteQueryBuilder<Tables, T, DeleteResult>;
};
type Unbound<T extends TenantTable> = Omit<
  Parameters<InsertQueryBuilder<Tables, T, InsertResult>['values']>[0] & object,
  keyof Tenant | 'team_id'
>;

export function createDatabase(pool: pg.Pool): Database {
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: named(pool) }) });
  return {
    kysely,
    of: (tenant) => boundTo(kysely, tenant),
    async ping() {
      await pool.query('select 1');
    },
  };
}

// Kysely cannot follow a table that is a type parameter; every tenant table has both columns, so one of them stands for all.
function boundTo(kysely: Kysely<Tables>, tenant: Tenant): TenantDatabase {
  const { teamId, environment } = tenant;
  const one = (table: TenantTable) => table as 'tickets';
  const columns = { team_id: teamId, environment };
  return {
    tenant,
    async count(query, max) {
      const { rows } = await sql<{
        total: number;
      }>`select count(*)::int as total from (${query.limit(max)}) as counted`.execute(kysely);
      return rows[0]?.total ?? 0;
    },
    run: async (query) => (await query.execute(kysely)).rows,
    selectFrom: (table) =>
      kysely.selectFrom(one(table)).where('team_id', '=', teamId).where('environment', '=', environment) as never,
    insertInto: (table) => ({
      values: (rows) =>
        kysely.insertInto(one(table)).values([rows].flat().map((row) => ({ ...row, ...columns })) as never) as never,
    }),
    updateTable: (table) =>
      kysely.updateTable(one(table)).where('team_id', '=', teamId).where('environment', '=', environment) as never,
    deleteFrom: (table) =>
      kysely.deleteFrom(one(table)).where('team_id', '=', teamId).where('environment', '=', environment) as never,
  };
}
