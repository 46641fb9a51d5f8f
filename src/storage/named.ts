// Gives Kysely's statements names, so that the database parses and plans each text once per connection, which halves the cost of a
// lookup. Also discards connections that no longer respond.
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import pg from 'pg';

/** Further texts are sent without a name, so that SQL that is built at runtime cannot fill the memory of client and server. */
const namesMax = 500;
/** How long after the server's statement limit a connection counts as dead. */
const silenceMarginMs = 1_000;

type Connections = {
  nameOf(text: string): string | undefined;
  /** How long a result may take. Undefined means no limit. */
  answerMs: number | undefined;
  /** Called when no result came. Other connections of the same age may be dead too. */
  onSilence(): void;
};
type Known = { connection: PostgresPoolClient; age: number };

/** The pool for Kysely's `PostgresDialect`. */
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
    const client = await pool.connect().catch(asConnectionFailure);
    const before = known.get(client);
    if (before && before.age !== age) {
      client.release(true); // as old as a dead one: a new connection takes milliseconds, waiting for a dead one seconds
      return connect();
    }
    const { connection } = before ?? { connection: wrap(client, connections) }; // Kysely stores its own state per client object
    known.set(client, { connection, age });
    return connection;
  }

  return { options: pool.options, end: () => pool.end(), connect };
}

function wrap(client: pg.PoolClient, { nameOf, answerMs, onSilence }: Connections): PostgresPoolClient {
  let isSilent = false;
  async function query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    try {
      if (isSilent) throw new Error('Connection terminated: the database did not respond');
      return await send<R>(client, { name: nameOf(text), text, values: [...values], query_timeout: answerMs });
    } catch (error) {
      if (isReadTimeout(error)) {
        isSilent = true;
        onSilence();
      }
      if (text !== 'rollback' || isAnswer(error)) throw error;
      // The connection is lost, and its transaction with it. Throwing would hide the error that led to the rollback.
      return { command: 'ROLLBACK', rowCount: 0, rows: [] };
    }
  }
  return {
    query: query as PostgresPoolClient['query'], // without the overload for cursors, which are not configured
    release: (destroy) => client.release(destroy || isSilent),
  };
}

type Statement = { name: string | undefined; text: string; values: unknown[]; query_timeout: number | undefined };

/** `pg` copies the object that describes a statement, property by property, which takes longer than the rest of its work. */
function send<R>(client: pg.PoolClient, { text, values, ...options }: Statement): Promise<PostgresQueryResult<R>> {
  return new Promise((resolve, reject) => {
    const callback = (error: Error | null, result: pg.QueryResult) =>
      error ? reject(error) : resolve(result as unknown as PostgresQueryResult<R>); // R follows from the statement, as in Kysely
    client.query(Object.assign(new pg.Query(text, values), options, { callback }));
  });
}

/** SQLSTATE of a client that cannot connect. */
const cannotConnect = '08001';

/** Whatever keeps the database from accepting a connection, it is an outage: PostgreSQL has many codes for it. */
function asConnectionFailure(cause: Error): never {
  throw Object.assign(new Error(`cannot connect to the database: ${cause.message}`, { cause }), {
    code: cannotConnect,
  });
}

/** `pg` gives this error no code. */
const isReadTimeout = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout';

/** Whether PostgreSQL sent the error over a working connection: its SQLSTATE is not of the class of connection failures. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(?!08|57P)[0-9A-Z]{5}$/.test(String(error.code));
}
