// Named statements for Kysely, which itself sends every statement unnamed: under a name the database parses and plans a
// text once per connection, which halves the cost of a look-up.
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type pg from 'pg';

/** Texts beyond this are sent unnamed: SQL that is put together at run time must not fill the memory here and there. */
const namesMax = 500;

/** The pool as Kysely's `PostgresDialect` takes it. */
export function named(pool: pg.Pool): PostgresPool {
  const names = new Map<string, string>();
  const wrapped = new WeakMap<pg.PoolClient, PostgresPoolClient>();

  function nameOf(text: string): string | undefined {
    const known = names.get(text);
    if (known !== undefined || names.size === namesMax) return known;
    const name = `q${names.size}`;
    names.set(text, name);
    return name;
  }

  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect();
      const known = wrapped.get(client) ?? wrap(client, nameOf); // Kysely keeps its own things per client object
      wrapped.set(client, known);
      return known;
    },
  };
}

function wrap(client: pg.PoolClient, nameOf: (text: string) => string | undefined): PostgresPoolClient {
  async function query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    try {
      const result = await client.query({ name: nameOf(text), text, values: [...values] });
      return result as unknown as PostgresQueryResult<R>; // the statement decides what R is, as it does in Kysely
    } catch (error) {
      if (text !== 'rollback' || isAnswer(error)) throw error;
      // The connection is gone and its transaction with it. Thrown, this would hide the error that led to the rollback.
      return { command: 'ROLLBACK', rowCount: 0, rows: [] };
    }
  }
  return {
    query: query as PostgresPoolClient['query'], // without its second form, cursors, which are not configured
    release: (destroy) => client.release(destroy),
  };
}

/** An error that PostgreSQL sent over a working connection has an SQLSTATE outside the class of connection failures. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(?!08|57P)[0-9A-Z]{5}$/.test(String(error.code));
}
