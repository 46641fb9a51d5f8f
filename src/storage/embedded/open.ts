// The database that needs nothing installed: PGlite in a thread, one connection, one writer per data directory.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Storage, StorageLog } from '../postgres.ts';
import { lockDataDir } from './dataDirLock.ts';
import { PgliteSocket } from './socket.ts';
import { makeDatabase, PgliteThread, type StatementLimit } from './thread.ts';

export type EmbeddedOptions = {
  /** Made if missing. Undefined: in memory, for tests; a statement that meets its limit then empties the database. */
  dataDir: string | undefined;
  statementTimeoutMs: number;
  log: StorageLog;
  checkpointEveryMs?: number;
  vacuumEveryMs?: number;
};

/** Opens the embedded database. Throws an error that names the directory if another process has it, or if it is damaged. */
export async function openEmbedded(options: EmbeddedOptions): Promise<Storage> {
  const { dataDir, statementTimeoutMs, log, checkpointEveryMs = 5 * 60_000, vacuumEveryMs = 30 * 60_000 } = options;
  const limit: StatementLimit = { ms: statementTimeoutMs };
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = dataDir === undefined ? undefined : lockDataDir(dataDir);
  const threads = keepThread(dataDir, limit, log);
  try {
    await threads.current();
  } catch (cause) {
    lock?.release();
    throw new Error(
      `the database in ${dataDir ?? 'memory'} cannot be opened (${reasonOf(cause)}). If it is damaged, restore the directory from a backup, or set DATA_DIR to another one`,
      { cause },
    );
  }

  // One connection, because PGlite has one session: a second client would see into the first one's transaction.
  const stream = () => new PgliteSocket(() => cleanSession(threads.current)) as never; // all of a Socket that pg uses
  const pool = new pg.Pool({
    max: 1,
    idleTimeoutMillis: 0,
    user: 'postgres',
    database: 'postgres',
    ssl: false,
    stream,
  });
  // A lost connection has told the query under way, and the thread's end is in the log. Without listeners it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));

  // PGlite runs neither checkpointer nor autovacuum: without these the log grows, and with it the next start.
  const timers = [
    setInterval(() => void maintain('checkpoint'), checkpointEveryMs).unref(),
    setInterval(() => void maintain('vacuum analyze'), vacuumEveryMs).unref(),
  ];
  let maintaining = false;
  let closing: Promise<void> | undefined;
  return {
    pool,
    unlimited,
    close() {
      closing ??= close();
      return closing;
    },
  };

  async function unlimited(run: (client: pg.PoolClient) => Promise<void>): Promise<void> {
    const client = await pool.connect();
    limit.ms = undefined; // nobody else's statement runs while we hold the only connection
    try {
      await run(client);
    } finally {
      limit.ms = statementTimeoutMs;
      client.release();
    }
  }

  async function maintain(statement: string): Promise<void> {
    if (maintaining) return;
    maintaining = true;
    try {
      await unlimited(async (client) => void (await client.query(statement)));
    } catch (error) {
      log.warn({ err: error }, `embedded database: ${statement} failed`);
    } finally {
      maintaining = false;
    }
  }

  async function close(): Promise<void> {
    timers.forEach(clearInterval);
    await maintain('checkpoint');
    await pool.end();
    await threads.close();
    lock?.release();
  }
}

/** The first cause says most: the errors around it only say that the thread ended. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message.replace(/\(\)\. Build with .*$/, ''); // a hint of Emscripten to its own developers
}

/** One thread at a time: the next one starts when it is asked for and the last one is gone. */
function keepThread(dataDir: string | undefined, limit: StatementLimit, log: StorageLog) {
  const database = dataDir === undefined ? undefined : join(dataDir, 'pg');
  let last: Promise<PgliteThread> | undefined;

  async function start(): Promise<PgliteThread> {
    if (database !== undefined && !existsSync(database)) await makeDatabase(database);
    // PGlite would make a new, empty database in its place.
    if (database !== undefined && !existsSync(join(database, 'PG_VERSION')))
      throw new Error(`${join(database, 'PG_VERSION')} is missing`);
    return PgliteThread.start(database, limit);
  }

  async function current(): Promise<PgliteThread> {
    last ??= start();
    const seen = last;
    try {
      const thread = await seen;
      if (!thread.ended) return thread;
      await thread.exited;
      if (last === seen) {
        log.warn({}, database === undefined ? 'embedded database restarted, empty' : 'embedded database restarted');
        last = undefined;
      }
    } catch (error) {
      if (last === seen) last = undefined;
      throw error;
    }
    return current();
  }

  return { current, close: async () => (await last)?.close() };
}

/** What the connection before left behind is gone: its transaction, settings and prepared statements. */
async function cleanSession(current: () => Promise<PgliteThread>): Promise<PgliteThread> {
  const thread = await current();
  const reset = new Uint8Array(Buffer.concat([simpleQuery('rollback'), simpleQuery('discard all')]));
  try {
    await thread.exchange(reset);
    return thread;
  } catch {
    return current(); // it ended over the statement of a connection that was given up; the next one is new
  }
}

function simpleQuery(text: string): Buffer {
  const message = Buffer.from(`Q\0\0\0\0${text}\0`);
  message.writeInt32BE(message.length - 1, 1);
  return message;
}
