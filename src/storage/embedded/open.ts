// The database that needs no installation: PGlite in a thread, with one connection, and one process per data directory.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Storage, StorageLog } from '../postgres.ts';
import { lockDataDir } from './dataDirLock.ts';
import { PgliteSocket } from './socket.ts';
import { makeDatabase, PgliteThread, type StatementLimit } from './thread.ts';

export type EmbeddedOptions = {
  /** Created if missing. Undefined: in memory, for tests; then a statement that exceeds its limit empties the database. */
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

  // One connection, because PGlite has one session: a second client would share the transaction of the first.
  const stream = () => new PgliteSocket(() => cleanSession(threads.current)) as never; // implements what pg uses of a Socket
  const pool = new pg.Pool({
    max: 1,
    idleTimeoutMillis: 0,
    user: 'postgres',
    database: 'postgres',
    ssl: false,
    stream,
  });
  // The pending query gets the error of a lost connection, and the end of the thread is logged. Without a listener, the error event
  // would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));

  // PGlite runs neither checkpointer nor autovacuum. Without these statements, the write-ahead log would grow, and a start would take
  // longer.
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
    limit.ms = undefined; // no other statement can run while this one holds the only connection
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

/** Returns the innermost cause: the errors around it only report that the thread ended. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message.replace(/\(\)\. Build with .*$/, ''); // a hint for developers of Emscripten
}

/** Runs one thread at a time. The next one starts on demand, after the last one has ended. */
function keepThread(dataDir: string | undefined, limit: StatementLimit, log: StorageLog) {
  const database = dataDir === undefined ? undefined : join(dataDir, 'pg');
  let last: Promise<PgliteThread> | undefined;

  async function start(): Promise<PgliteThread> {
    if (database !== undefined && !existsSync(database)) await makeDatabase(database);
    // Without this check, PGlite would create a new, empty database here.
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

/** Discards the state of the previous connection: its transaction, settings and prepared statements. */
async function cleanSession(current: () => Promise<PgliteThread>): Promise<PgliteThread> {
  const thread = await current();
  const reset = new Uint8Array(Buffer.concat([simpleQuery('rollback'), simpleQuery('discard all')]));
  try {
    await thread.exchange(reset);
    return thread;
  } catch {
    return current(); // the thread ended because of an abandoned connection's statement; the next one is new
  }
}

function simpleQuery(text: string): Buffer {
  const message = Buffer.from(`Q\0\0\0\0${text}\0`);
  message.writeInt32BE(message.length - 1, 1);
  return message;
}
