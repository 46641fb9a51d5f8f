// The database, and a tenant's view of it: through the view, a query outside one team and environment cannot be written.
//
// Every write takes its locks in this order, so that two writes never wait for each other:
//   1. the stored reply of its Idempotency-Key
//   2. rows of resources: the ticket before its messages and tags; rows of one table in the order of their key
//   3. the tenant's row in tenant_state, which the events of a write take as its last statement
//   4. rows of keys
// A write that needs the tenant's row first (`lock`, for a key that makes a key) takes no rows of resources after it.
// A deletion in bulk deletes first and changes the count in tenant_state last, by what it deleted.

import { setTimeout as wait } from 'node:timers/promises';
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
import { createProbe } from './probe.ts';
import type { Tables, TenantTable } from './tables.ts';
import type { Tenant } from './tenant.ts';
import { type Joinable, publicView } from './visibility.ts';

export type Database = {
  /** For what belongs to no tenant: teams, keys. */
  kysely: Kysely<Tables>;
  of(tenant: Tenant): TenantDatabase;
  /**
   * Runs a tenant's write in one transaction, again from the start when it met another one (40001, 40P01) or an id that is
   * taken. Nothing but the view given may touch the database in there, and nothing else may be waited for.
   */
  write<T>(tenant: Tenant, run: (db: TenantDatabase) => Promise<T>): Promise<T>;
  /** Everything or nothing, for what belongs to more than one tenant. */
  atOnce<T>(run: (whole: Pick<Database, 'kysely' | 'of'>) => Promise<T>): Promise<T>;
  /** @throws when the database does not answer, or does not take a write. */
  ping(): Promise<void>;
};

/** Every statement that begins here is bound to the tenant; rows are written with it. */
export type TenantDatabase = {
  tenant: Tenant;
  /** The same for a caller without a secret key: without the rows that `x-secret-when` hides, and without plain SQL. */
  forPublic(): TenantDatabase;
  /** Counts what a query of this view finds, up to `max`: counting everything has a cost without end. */
  count(query: Expression<unknown> & { limit(rows: number): Expression<unknown> }, max: number): Promise<number>;
  /** Lets no other write of the tenant commit until this transaction ends: it takes the row that each of them ends with. */
  lock(): Promise<void>;
  /** Runs plain SQL that is bound to the tenant by itself, or made of queries of this view. */
  run<Row>(query: RawBuilder<Row>): Promise<Row[]>;
  /** A table with rows that are hidden is joined as a query of this view, never by its name. */
  selectFrom<T extends TenantTable>(table: T): SelectQueryBuilder<Joinable<T>, T, Record<never, never>>;
  /** The team's members, who are the same in both environments. */
  members(): SelectQueryBuilder<Tables, 'members', Record<never, never>>;
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
    write: (tenant, run) =>
      retried(() => kysely.transaction().execute((connection) => run(boundTo(connection, tenant)))),
    atOnce: (run) =>
      kysely
        .transaction()
        .execute((connection) => run({ kysely: connection, of: (tenant) => boundTo(connection, tenant) })),
    ping: createProbe(kysely),
  };
}

const triesMax = 5;
const pauseMaxMs = 5; // before the second try; doubled with each one after it

async function retried<T>(run: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await run();
    } catch (error) {
      if (tries === triesMax || !isWorthAnotherTry(error)) throw error;
      await wait(Math.random() * pauseMaxMs * 2 ** tries); // two writes that met would meet again at the same pace
    }
}

/** Two transactions in each other's way, or an id drawn twice (about once a month at a thousand writes a second). */
function isWorthAnotherTry(error: unknown): boolean {
  const { code, constraint } = error as { code?: string; constraint?: string };
  return code === '40001' || code === '40P01' || (code === '23505' && constraint?.endsWith('_pkey') === true);
}

// Kysely cannot follow a table that is a type parameter; every tenant table has both columns, so one of them stands for all.
function boundTo(connection: Kysely<Tables>, tenant: Tenant): TenantDatabase {
  const { teamId, environment } = tenant;
  const one = (table: TenantTable) => table as 'tickets';
  const columns = { team_id: teamId, environment };
  const view: TenantDatabase = {
    tenant,
    forPublic: () => publicView(view),
    async count(query, max) {
      const { rows } = await sql<{
        total: number;
      }>`select count(*)::int as total from (${query.limit(max)}) as counted`.execute(connection);
      return rows[0]?.total ?? 0;
    },
    async lock() {
      const state = { ...columns, last_sequence: 0, tickets: 0 };
      await connection
        .insertInto('tenant_state')
        .values(state)
        .onConflict((conflict) =>
          conflict
            .columns(['team_id', 'environment'])
            .doUpdateSet((row) => ({ tickets: row.ref('tenant_state.tickets') })),
        )
        .execute();
    },
    run: async (query) => (await query.execute(connection)).rows,
    selectFrom: (table) =>
      connection.selectFrom(one(table)).where('team_id', '=', teamId).where('environment', '=', environment) as never,
    members: () => connection.selectFrom('members').where('team_id', '=', teamId),
    insertInto: (table) => ({
      values: (rows) =>
        connection
          .insertInto(one(table))
          .values([rows].flat().map((row) => ({ ...row, ...columns })) as never) as never,
    }),
    updateTable: (table) =>
      connection.updateTable(one(table)).where('team_id', '=', teamId).where('environment', '=', environment) as never,
    deleteFrom: (table) =>
      connection.deleteFrom(one(table)).where('team_id', '=', teamId).where('environment', '=', environment) as never,
  };
  return view;
}
