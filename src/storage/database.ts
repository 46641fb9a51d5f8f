// The database, and a tenant's view of it. A query through the view cannot leave its team and environment.
//
// Every write locks rows in this order, so that two writes never deadlock:
//   1. the stored reply of its Idempotency-Key
//   2. rows of resources: a ticket before its messages and tags, and rows of one table in the order of their key
//   3. the tenant's row in tenant_state, which is locked when the events of a write are stored, in its last statement
//   4. rows of keys
// A write that must lock the tenant's row first (`lock`, when a key creates a key) locks no resource rows after it.
// A bulk deletion deletes first, and then changes the count in tenant_state by the number of deleted rows.

import { setTimeout as wait } from 'node:timers/promises';
import {
  type Compilable,
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
import { createStatements, type Statements } from './statements.ts';
import type { Tables, TenantTable } from './tables.ts';
import type { Tenant } from './tenant.ts';
import { type Joinable, publicView } from './visibility.ts';

export type Database = {
  /** For tables that do not belong to a tenant: teams, keys. */
  kysely: Kysely<Tables>;
  of(tenant: Tenant): TenantDatabase;
  /**
   * Runs a tenant's write in one transaction. Retries it from the start after a conflict with another transaction (40001, 40P01) or
   * with an existing ID. `run` must use only the given view, and must not wait for anything else.
   */
  write<T>(tenant: Tenant, run: (db: TenantDatabase) => Promise<T>): Promise<T>;
  /** Runs one transaction over several tenants. */
  atOnce<T>(run: (whole: Pick<Database, 'kysely' | 'of'>) => Promise<T>): Promise<T>;
  /** @throws if the database does not respond, or does not accept writes */
  ping(): Promise<void>;
};

/** Every query that starts here is restricted to the tenant, and inserted rows belong to it. */
export type TenantDatabase = {
  tenant: Tenant;
  /** The view for a caller without a secret key: without the rows that `x-secret-when` hides, and without plain SQL. */
  forPublic(): TenantDatabase;
  /** A query of the number of rows of another one, up to `max`. The cost of a full count has no bound. */
  counted(query: SelectQueryBuilder<Tables, TenantTable, object>, max: number): Total;
  /** Keeps other writes of the tenant from committing until this transaction ends: locks the row that each of them locks last. */
  lock(): Promise<void>;
  /**
   * Runs a statement that is built only once, for statements that run often. `build` must only place the values in the statement and
   * not read them, because it is not called again for the same name and the same set of values that are not undefined.
   */
  prepared<Values extends object, Row>(
    name: string,
    values: Values,
    build: (db: TenantDatabase, values: Values) => Compilable<Row>,
  ): Promise<Row[]>;
  /** Runs plain SQL that names the tenant itself, or that is composed of queries of this view. */
  run<Row>(query: RawBuilder<Row>): Promise<Row[]>;
  /** A table with hidden rows must be joined as a query of this view, never by name. */
  selectFrom<T extends TenantTable>(table: T): SelectQueryBuilder<Joinable<T>, T, Record<never, never>>;
  /** The team's members, who belong to both environments. */
  members(): SelectQueryBuilder<Tables, 'members', Record<never, never>>;
  insertInto<T extends TenantTable>(
    table: T,
  ): { values(rows: Unbound<T> | Unbound<T>[]): InsertQueryBuilder<Tables, T, InsertResult> };
  updateTable<T extends TenantTable>(table: T): UpdateQueryBuilder<Tables, T, T, UpdateResult>;
  deleteFrom<T extends TenantTable>(table: T): DeleteQueryBuilder<Tables, T, DeleteResult>;
};
/** A query of the number of all rows of a list. */
export type Total = Expression<{ total: number }> & {
  executeTakeFirst(): Promise<{ total: number } | undefined>;
};
type Unbound<T extends TenantTable> = Omit<
  Parameters<InsertQueryBuilder<Tables, T, InsertResult>['values']>[0] & object,
  keyof Tenant | 'team_id'
>;

/** Creates the database over a pool of either store. It does not connect. */
export function createDatabase(pool: pg.Pool): Database {
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: named(pool) }) });
  const statements = createStatements();
  const boundTo = (connection: Kysely<Tables>, tenant: Tenant) => viewOf(connection, tenant, statements);
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
const pauseMaxMs = 5; // multiplied by 2, 4, 8 and 16 before the second to fifth try

async function retried<T>(run: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await run();
    } catch (error) {
      if (tries === triesMax || !isWorthAnotherTry(error)) throw error;
      await wait(Math.random() * pauseMaxMs * 2 ** tries); // random, so that the two writes do not meet again
    }
}

/** A conflict of two transactions, or a duplicate random ID (about once a month at a thousand writes per second). */
function isWorthAnotherTry(error: unknown): boolean {
  const { code, constraint } = error as { code?: string; constraint?: string };
  return code === '40001' || code === '40P01' || (code === '23505' && constraint?.endsWith('_pkey') === true);
}

// Kysely cannot type a table that is a type parameter. Every tenant table has both columns, so one table represents all.
function viewOf(connection: Kysely<Tables>, tenant: Tenant, statements: Statements): TenantDatabase {
  const { teamId, environment } = tenant;
  const one = (table: TenantTable) => table as 'tickets';
  const columns = { team_id: teamId, environment };
  const view: TenantDatabase = {
    tenant,
    forPublic: () => publicView(view),
    counted: (query, max) =>
      connection.selectFrom(query.limit(max).as('counted')).select(sql<number>`count(*)::int`.as('total')),
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
    async prepared<Values extends object, Row>(
      name: string,
      values: Values,
      build: (db: TenantDatabase, values: Values) => Compilable<Row>,
    ) {
      const statement = statements(name, { ...values, teamId, environment }, ({ teamId, environment, ...slots }) =>
        build(viewOf(connection, { teamId, environment }, statements), slots as Values),
      );
      return (await connection.executeQuery(statement)).rows;
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
