// Named statements for Kysely, which itself sends every statement unnamed: under a name the database parses and plans a
// text once per connection, which halves the cost of a look-up. Connections that fall silent are discarded here.
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type pg from 'pg';

/** Texts beyond this are sent unnamed: SQL that is put together at run time must not fill the memory here and there. */
const namesMax = 500;
/** How much later than the server's own limit for statements a connection counts as silent. */
const silenceMarginMs = 1_000;

type Connections = {
  nameOf(text: string): string | undefined;
  /** How long an answer may take; undefined is without end. */
  answerMs: number | undefined;
  /** Called when no answer came, which says that others of the same age may be silent too. */
  onSilence(): void;
};
type Known = { connection: PostgresPoolClient; age: number };

/** The pool as Kysely's `PostgresDialect` takes it. */
export function named(pool: pg.Pool): PostgresPool {
  const names = new Map<string, string>();
  const known = new WeakMap<pg.PoolClient, Known>();
  const limit = Number(pool.options.statement_timeout) || undefined;
  let age = 0;
  const connections: Connections = {
    nameOf,
    answerMs: limit && limit + silenceMarginMs,
    onSilence: () => void age++,
  };

  function nameOf(text: string): string | undefined {
    const name = names.get(text);
    if (name !== undefined || names.size === namesMax) return name;
    const next = `q${names.size}`;
    names.set(text, next);
    return next;
  }

  async function connect(): Promise<PostgresPoolClient> {
    const client = await pool.connect();
    const before = known.get(client);
    if (before && before.age !== age) {
      client.release(true); // as old as one that fell silent: a new one costs milliseconds, its silence seconds
      return connect();
    }
    const { connection } = before ?? { connection: wrap(client, connections) }; // Kysely keeps its own things per client object
    known.set(client, { connection, age });
    return connection;
  }

  return { options: pool.options, end: () => pool.end(), connect };
}

function wrap(client: pg.PoolClient, { nameOf, answerMs, onSilence }: Connections): PostgresPoolClient {
  let isSilent = false;
  async function query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    try {
      if (isSilent) throw new Error('Connection terminated: it was silent');
      const config = { name: nameOf(text), text, values: [...values], query_timeout: answerMs };
      const result = await client.query(config);
      return result as unknown as PostgresQueryResult<R>; // the statement decides what R is, as it does in Kysely
    } catch (error) {
      if (isReadTimeout(error)) {
        isSilent = true;
        onSilence();
      }
      if (text !== 'rollback' || isAnswer(error)) throw error;
      // The connection is gone and its transaction with it. Thrown, this would hide the error that led to the rollback.
      return { command: 'ROLLBACK', rowCount: 0, rows: [] };
    }
  }
  return {
    query: query as PostgresPoolClient['query'], // without its second form, cursors, which are not configured
    release: (destroy) => client.release(destroy || isSilent),
  };
}

/** `pg` gives this error no code. */
const isReadTimeout = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout';

/** An error that PostgreSQL sent over a working connection has an SQLSTATE outside the class of connection failures. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(?!08|57P)[0-9A-Z]{5}$/.test(String(error.code));
}
