import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Kysely, PostgresDialect } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type EmbeddedOptions, openEmbedded } from '../../src/storage/embedded/open.ts';
import { named } from '../../src/storage/named.ts';
import type { Storage } from '../../src/storage/postgres.ts';

const statementTimeoutMs = 700;
const tooLong = 'select count(*) from generate_series(1, 1000000000)';
const rowsOf = async (text: string) => (await storage.pool.query(text)).rows;
let fresh: string; // a new database, created once and copied for each test
let dataDir: string;
let storage: Storage;

beforeAll(async () => {
  process.umask(0o077); // as in main.ts; threads inherit it
  fresh = mkdtempSync(join(tmpdir(), 'fresh-'));
  await (await openEmbedded(options(fresh))).close();
}, 60_000);
afterAll(() => rmSync(fresh, { recursive: true, force: true }));

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'embedded-'));
  cpSync(fresh, dataDir, { recursive: true });
  storage = await openEmbedded(options(dataDir));
  await storage.pool.query('create table notes (id int primary key, text text)');
});
afterEach(async () => {
  await storage.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('statements', () => {
  it('an error has a code and leaves the connection usable', async () => {
    const client = await storage.pool.connect();
    await expect(client.query('select 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' });
    await expect(client.query('selec 1')).rejects.toMatchObject({ code: '42601' });
    expect((await client.query('select $1::int as n', [1])).rows).toEqual([{ n: 1 }]);
    client.release();
  });

  it('a rollback removes the writes of the transaction', async () => {
    const client = await storage.pool.connect();
    await client.query('begin');
    await client.query("insert into notes values (1, 'a')");
    await client.query('rollback');
    client.release();
    expect(await rowsOf('select * from notes')).toEqual([]);
  });

  it('a transaction that its client abandons is rolled back', async () => {
    const client = await storage.pool.connect();
    await client.query('begin');
    await client.query("insert into notes values (1, 'a')");
    client.release(true);
    expect(await rowsOf('select * from notes')).toEqual([]);
  });

  it('a named statement is parsed once and executed with other values', async () => {
    const client = await storage.pool.connect();
    const answers = [];
    for (const n of [1, 2, 3]) {
      const { rows } = await client.query({ name: 'next', text: 'select $1::int + 1 as n', values: [n] });
      answers.push(rows[0].n);
    }
    expect(answers).toEqual([2, 3, 4]);
    expect((await client.query('select name from pg_prepared_statements')).rows).toEqual([{ name: 'next' }]);
    client.release();
  });

  it('Kysely sends named statements, at most 500', async () => {
    const kysely = kyselyOn(storage);
    for (let n = 0; n < 510; n++) await kysely.selectFrom('notes').select(`id as id${n}`).execute();
    const [{ count }] = await rowsOf('select count(*)::int from pg_prepared_statements');
    expect(count).toBe(500);
  });

  it('a text of 1 MB is stored and read', async () => {
    const text = 'ä'.repeat(512 * 1024);
    await storage.pool.query('insert into notes values (1, $1)', [text]);
    expect((await rowsOf('select text from notes'))[0].text).toBe(text);
  });

  it('100 parallel queries receive their own results', async () => {
    const asked = Array.from({ length: 100 }, (_, n) => n);
    const answers = await Promise.all(asked.map((n) => storage.pool.query('select $1::int as n', [n])));
    expect(answers.map(({ rows }) => rows[0].n)).toEqual(asked);
  });
});

describe('a long statement', () => {
  it('does not block the event loop', async () => {
    let last = performance.now();
    let lagMs = 0;
    const ticks = setInterval(() => {
      const now = performance.now();
      lagMs = Math.max(lagMs, now - last - 10);
      last = now;
    }, 10);
    const start = performance.now();
    await storage.pool.query('select count(md5(i::text)) from generate_series(1, 100000) i');
    const tookMs = performance.now() - start;
    clearInterval(ticks);
    expect(lagMs).toBeLessThan(tookMs / 2); // a loop that is blocked lags as long as the statement takes
  });

  it('ends at its limit with 57014, and committed data is available to the next one', async () => {
    await storage.pool.query("insert into notes values (1, 'a')");
    await expect(storage.pool.query(tooLong)).rejects.toMatchObject({ code: '57014' });
    expect(await rowsOf('select * from notes')).toEqual([{ id: 1, text: 'a' }]);
  });

  it('ends at its limit while it sleeps, too', async () => {
    await expect(storage.pool.query('select pg_sleep(60)')).rejects.toMatchObject({ code: '57014' });
  });

  it('makes later statements wait for the restart', async () => {
    const [long, ...behind] = await Promise.allSettled([
      storage.pool.query(tooLong),
      ...[1, 2, 3].map((n) => storage.pool.query('select $1::int as n', [n])),
    ]);
    expect(long).toMatchObject({ status: 'rejected', reason: { code: '57014' } });
    expect(behind.map((each) => each.status === 'fulfilled' && each.value.rows[0].n)).toEqual([1, 2, 3]);
  });

  it('loses its transaction and its connection', async () => {
    const client = await storage.pool.connect();
    await client.query('begin');
    await client.query("insert into notes values (1, 'a')");
    await expect(client.query(tooLong)).rejects.toMatchObject({ code: '57014' });
    await expect(client.query('commit')).rejects.toThrow();
    client.release();
    expect(await rowsOf('select * from notes')).toEqual([]);
  });

  it('is the error that a Kysely transaction reports, not the failed rollback', async () => {
    const kysely = new Kysely<{ notes: { id: number } }>({
      dialect: new PostgresDialect({ pool: named(storage.pool) }),
    });
    const transaction = kysely.transaction().execute(async (trx) => {
      await trx.insertInto('notes').values({ id: 1 }).execute();
      await trx.selectNoFrom((eb) => eb.fn('pg_sleep', [eb.val(60)]).as('slept')).execute();
    });
    await expect(transaction).rejects.toMatchObject({ code: '57014' });
    expect(await kysely.selectFrom('notes').select('id').execute()).toEqual([]);
  });

  it('has no limit during migrations and maintenance, and has its limit again afterwards', async () => {
    await storage.unlimited(
      async (client) => void (await client.query('select pg_sleep($1)', [statementTimeoutMs / 1000 + 0.2])),
    );
    expect(await rowsOf('select 1 as one')).toEqual([{ one: 1 }]);
    await expect(storage.pool.query(tooLong)).rejects.toMatchObject({ code: '57014' });
  });
});

it('the database is vacuumed on a timer', async () => {
  await storage.close();
  storage = await openEmbedded({ ...options(dataDir), vacuumEveryMs: 50 });
  const vacuumed = "select 1 from pg_stat_user_tables where relname = 'notes' and last_vacuum is not null";
  await vi.waitFor(async () => expect(await rowsOf(vacuumed)).toHaveLength(1), { timeout: 10_000 });
});

describe('the data directory', () => {
  it('is rejected while it is open', async () => {
    await expect(openEmbedded(options(dataDir))).rejects.toThrow(`${dataDir} is in use`);
  });

  it('keeps its rows after it is closed and reopened', async () => {
    await storage.pool.query("insert into notes values (1, 'a')");
    await storage.close();
    storage = await openEmbedded(options(dataDir));
    expect(await rowsOf('select id from notes')).toEqual([{ id: 1 }]);
  });

  it('keeps every row whose commit was acknowledged before the process was killed', async () => {
    await storage.close();
    const program = `
      import { openEmbedded } from ${JSON.stringify(new URL('../../src/storage/embedded/open.ts', import.meta.url).href)};
      const { pool } = await openEmbedded({ dataDir: ${JSON.stringify(dataDir)}, statementTimeoutMs: 5000, log: console });
      for (let id = 1; ; id++) {
        await pool.query('insert into notes values ($1)', [id]);
        console.log(id);
      }`;
    const child = spawn(process.execPath, ['--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const exit = once(child, 'exit');
    let told = 0;
    for await (const line of createInterface(child.stdout)) {
      told = Number(line);
      if (told === 100) child.kill('SIGKILL');
    }
    await exit;
    storage = await openEmbedded(options(dataDir));
    const [{ kept }] = await rowsOf('select count(*)::int as kept from notes');
    expect(kept).toBeGreaterThanOrEqual(told);
    expect(told).toBeGreaterThanOrEqual(100);
  });

  it('is accessible to its owner only', () => {
    // A few files inside have the mode 0666 with any umask, because Emscripten sets modes itself.
    expect(statSync(join(fresh, 'pg')).mode & 0o077).toBe(0);
    expect(statSync(join(fresh, 'lock')).mode & 0o077).toBe(0);
  });
});

describe('a database in memory', () => {
  it('works the same, and starts empty', async () => {
    const memory = await openEmbedded(options(undefined));
    await memory.pool.query('create table notes (id int)');
    expect((await memory.pool.query('select * from notes')).rows).toEqual([]);
    await memory.close();
  }, 60_000);
});

function kyselyOn({ pool }: Storage): Kysely<{ notes: { id: number } }> {
  return new Kysely({ dialect: new PostgresDialect({ pool: named(pool) }) });
}

function options(dataDir: string | undefined): EmbeddedOptions {
  return { dataDir, statementTimeoutMs, log: { warn: () => {} } };
}
