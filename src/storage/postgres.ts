// Uses a PostgreSQL server as the store.
import pg from 'pg';

/** What both stores provide. */
export type Storage = {
  pool: pg.Pool;
  /** Runs on a connection without a statement limit, for migrations and maintenance. */
  unlimited(run: (client: pg.PoolClient) => Promise<void>): Promise<void>;
  close(): Promise<void>;
};
/** The part of pino that storage uses. */
export type StorageLog = { warn(details: object, message: string): void };

export type PostgresOptions = { url: string; statementTimeoutMs: number; poolMax: number; log: StorageLog };

/** Connects on the first query. The server cancels statements that take too long. */
export function openPostgres({ url, statementTimeoutMs, poolMax, log }: PostgresOptions): Storage {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolMax,
    statement_timeout: statementTimeoutMs,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
  });
  // A connection that breaks while it is idle, or between two statements of a transaction, emits an error event. Without a
  // listener, the event would end the process.
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
        client.release(true); // discards the connection with its settings
      }
    },
    close() {
      closing ??= pool.end();
      return closing;
    },
  };
}
