// A PostgreSQL server as the store.
import pg from 'pg';

/** What both stores give. */
export type Storage = {
  pool: pg.Pool;
  /** Runs on a connection without the statement limit, for migrations and maintenance. */
  unlimited(run: (client: pg.PoolClient) => Promise<void>): Promise<void>;
  close(): Promise<void>;
};
/** The part of pino that storage uses. */
export type StorageLog = { warn(details: object, message: string): void };

export type PostgresOptions = { url: string; statementTimeoutMs: number; poolMax: number; log: StorageLog };

/** Connects when the first query comes; the server itself ends statements that take too long. */
export function openPostgres({ url, statementTimeoutMs, poolMax, log }: PostgresOptions): Storage {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolMax,
    statement_timeout: statementTimeoutMs,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
  });
  // A connection that breaks while it is idle, or between two statements of a transaction, reports it as an event;
  // an event without a listener would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'database connection lost'));
  pool.on('connect', (client) => client.on('error', () => {}));
  let closing: Promise<void> | undefined;
  return {
    pool,
    async unlimited(run) {
      const client = await pool.connect();
      try {
        await client.query('set statement_timeout = 0');
        await run(client);
      } finally {
        client.release(true); // its settings end with it
      }
    },
    close() {
      closing ??= pool.end();
      return closing;
    },
  };
}
