// An unavailable, full, read-only or silent database: 503 with Retry-After, readiness returns 503, and the server
// recovers.
import { createServer, type Server, type Socket, connect as tcp } from 'node:net';
import pg from 'pg';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { standardLimits } from '../../src/http/limits.ts';
import { reportersOf } from '../../src/keys/reporters.ts';
import { createDatabase, type Database } from '../../src/storage/database.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { createSecretBox } from '../../src/storage/secretBox.ts';
import { isUnavailable } from '../../src/storage/unavailable.ts';
import { storedApi } from '../../src/storedApi.ts';
import { startFront } from '../contract/ownFront.ts';
import { newKeys, type OwnStore, openOwnStore } from '../idempotency/ownServer.ts';
import { type Backend, send, team } from '../support/client.ts';

const { TEST_DATABASE_URL } = process.env;
const log = pino({ level: 'silent' });
const undo: (() => unknown)[] = [];
afterEach(async () => {
  while (undo.length > 0) await undo.pop()?.();
});

async function serving(database: Database): Promise<Backend> {
  const isReady = () => database.ping().then(() => true);
  const facts = { box: createSecretBox(newKeys()), limits: standardLimits(60), reporters: reportersOf(), isReady, log };
  const front = await startFront(storedApi(database, facts));
  undo.push(front.stop);
  return front;
}

async function opened(server: string): Promise<OwnStore> {
  const store = await openOwnStore(server);
  undo.push(store.close);
  return store;
}

const tickets = `/api/v1/teams/${team.id}/tickets`;
const create = (front: Backend) =>
  send(front, tickets, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"title":"Sick"}',
  });
const read = (front: Backend) => send(front, `${tickets}?pageSize=1`);
const ready = (front: Backend) => send(front, '/readyz', { key: '' });
const told = ({ status, headers }: Response) => [status, headers.get('Retry-After')];
const away = [503, '5'];

describe('isUnavailable', () => {
  const sqlStates = ['08006', '25006', '28P01', '3D000', '40001', '40P01', '53100', '53200', '53300', '57014', '57P01'];
  const system = ['EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN', 'ENOTFOUND', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT'];
  test.each([...sqlStates, '57P03', '58030', ...system, 'EPIPE'])('is true for the code %s', (code) => {
    expect(isUnavailable(Object.assign(new Error('x'), { code }))).toBe(true);
  });
  test.each(['22P02', '23505', '42P01', '42601', '55P03', 'XX000', 'ENOENT', '53', '57'])(
    'is false for the code %s',
    (code) => {
      expect(isUnavailable(Object.assign(new Error('x'), { code }))).toBe(false);
    },
  );
  test('is true for a read timeout without a code', () => {
    expect(isUnavailable(new Error('Query read timeout'))).toBe(true);
    expect(isUnavailable(new Error('something else'))).toBe(false);
    expect(isUnavailable('Query read timeout')).toBe(false);
  });
});

const stores = [
  ['the embedded store', ''],
  ['PostgreSQL', TEST_DATABASE_URL ?? ''],
] as const;
describe.each(stores)('on %s (PostgreSQL is skipped without TEST_DATABASE_URL)', (name, server) => {
  const it = test.skipIf(name === 'PostgreSQL' && !server);

  it('a read-only database allows reads, and returns 503 for writes and readiness', { timeout: 60_000 }, async () => {
    const { pool, database, isEmbedded } = await opened(server);
    const front = await serving(database);
    const setting = isEmbedded ? 'set' : 'alter role current_user in database DB set';
    const { rows } = await pool.query('select current_database() as db');
    const command = setting.replace('DB', rows[0].db);
    const reconnect = () =>
      isEmbedded
        ? undefined
        : pool.query(
            'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
            [rows[0].db],
          );
    expect(told(await ready(front))).toEqual([200, null]);
    await pool.query(`${command} default_transaction_read_only = on`);
    await reconnect();
    if (!isEmbedded) await pool.query('set default_transaction_read_only = on'); // of the remaining connection
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // readiness is at most one second old
    expect((await read(front)).status).toBe(200);
    expect(told(await create(front))).toEqual(away);
    expect(told(await ready(front))).toEqual(away);
  });

  it.each(['53100', '40P01', '40001', '25006'])('503 when a write fails with %s', { timeout: 60_000 }, async (code) => {
    const { pool, database } = await opened(server);
    const front = await serving(database);
    await pool.query(
      `create function fail() returns trigger language plpgsql as $$ begin raise 'no' using errcode = '${code}'; end $$`,
    );
    await pool.query('create trigger failing before insert on tickets for each row execute function fail()');
    expect(told(await create(front))).toEqual(away);
    expect((await read(front)).status).toBe(200);
    await pool.query('drop trigger failing on tickets');
    expect((await create(front)).status).toBe(201);
  });

  it('readiness writes at most once per second, with any number of requests', { timeout: 60_000 }, async () => {
    const { pool, database } = await opened(server);
    await Promise.all(Array.from({ length: 20 }, () => database.ping()));
    const { rows } = await pool.query('select checked_at, xmin::text from readiness');
    await database.ping();
    expect((await pool.query('select checked_at, xmin::text from readiness')).rows).toEqual(rows);
    expect(rows).toHaveLength(1);
  });
});

/** A proxy to the database that can become silent: existing connections stay open, but nothing passes through them. */
async function quietable(url: string): Promise<{ url: string; silence(): void; open(): number }> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const proxy: Server = createServer((client) => {
    const upstream = tcp(Number(target.port), target.hostname);
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
    client.on('close', () => {
      sockets.delete(client);
      upstream.destroy();
    });
    sockets.add(client);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  undo.push(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  const via = new URL(url);
  via.port = String((proxy.address() as { port: number }).port);
  return {
    url: via.href,
    open: () => sockets.size,
    silence() {
      for (const socket of sockets) {
        socket.unpipe();
        socket.removeAllListeners('data');
        socket.resume(); // incoming data is acknowledged and discarded
      }
    },
  };
}

test.skipIf(!TEST_DATABASE_URL)(
  'a database that accepts no connections returns 503 for requests and readiness (skipped without TEST_DATABASE_URL)',
  { timeout: 60_000 },
  async () => {
    const { pool, database } = await opened(TEST_DATABASE_URL as string);
    const front = await serving(database);
    const { rows } = await pool.query('select current_database() as db');
    const admin = new pg.Client(TEST_DATABASE_URL);
    await admin.connect();
    undo.push(() => admin.end());
    const allow = (isAllowed: boolean) => admin.query(`alter database ${rows[0].db} allow_connections ${isAllowed}`);
    await allow(false);
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [rows[0].db]);
    expect([told(await create(front)), told(await read(front)), told(await ready(front))]).toEqual([away, away, away]);
    await allow(true);
    expect((await create(front)).status).toBe(201);
  },
);

test.skipIf(!TEST_DATABASE_URL)(
  'silent connections are discarded: one request waits for the limit, the next ones succeed (skipped without TEST_DATABASE_URL)',
  { timeout: 60_000 },
  async () => {
    const { pool } = await opened(TEST_DATABASE_URL as string);
    const { rows } = await pool.query('select current_database() as db');
    const url = new URL(TEST_DATABASE_URL as string);
    url.pathname = `/${rows[0].db}`;
    const way = await quietable(url.href);
    const statementTimeoutMs = 1_000;
    const storage = openPostgres({ url: way.url, statementTimeoutMs, poolMax: 10, log });
    undo.push(() => storage.pool.end().catch(() => undefined));
    const front = await serving(createDatabase(storage.pool));
    await Promise.all(Array.from({ length: 30 }, () => create(front)));
    expect(storage.pool.totalCount).toBe(10);

    way.silence();
    const began = performance.now();
    expect(told(await create(front))).toEqual(away);
    const tookMs = performance.now() - began;
    for (let next = 0; next < 12; next++) expect((await create(front)).status).toBe(201);
    const recoveredMs = performance.now() - began;
    console.log(
      `silent: 503 after ${Math.round(tookMs)} ms, 12 writes done ${Math.round(recoveredMs)} ms after the silence`,
    );
    expect(recoveredMs).toBeLessThan(5_000 + 2 * statementTimeoutMs);
  },
);
