// The usage of keys is counted in memory, written in batches, and exact.

import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { start } from '../../src/start.ts';
import { got, keysBy, newKey, using } from '../contract/apiKeys.ts';
import { missingTicket } from '../contract/demo.ts';
import { type OwnStore, openOwnStore } from '../idempotency/ownServer.ts';
import { type Backend, keys, send, team } from '../support/client.ts';
import { limitsOf, newHome, startPair } from '../support/home.ts';
import { type OwnApi, serveKeys } from './ownApi.ts';
import { byOperation, count, isConsistent, none, type Tally, usageOf } from './usageOf.ts';

const base = `/api/v1/teams/${team.id}`;
const hourMs = 3_600_000;
const day = Date.UTC(2026, 10, 2);
const at = (hours: number) => new Date(day + hours * hourMs);

/** Requests of several kinds: operation, method, path, body. */
const mixture: [operationId: string, method: string, path: string, body?: string][] = [
  ['getIdentity', 'GET', '/api/v1/auth/whoami'],
  ['getIdentity', 'HEAD', '/api/v1/auth/whoami'],
  ['getIdentity', 'GET', '/api/v1/auth/whoami?unknown=1'],
  ['listTickets', 'GET', `${base}/tickets?pageSize=1`],
  ['listTickets', 'GET', `${base}/tickets?page=0`],
  ['getTicket', 'GET', `${base}/tickets/${missingTicket}`],
  ['getTicket', 'HEAD', `${base}/tickets/${missingTicket}`],
  ['createTicket', 'POST', `${base}/tickets`, '{"title":"Counted"}'],
  ['createTicket', 'POST', `${base}/tickets`, '{"title":"Cou'],
  ['listTickets', 'GET', '/api/v1/teams/00000000-0000-4000-8000-000000000000/tickets'],
];

/** Sends one more request, and counts the response. */
async function sendOne(
  backend: Backend,
  key: string,
  tally: Tally,
  [id, method, path, body]: (typeof mixture)[number],
) {
  const content = body && { body, headers: { 'content-type': 'application/json' } };
  const { status } = await send(backend, path, { method, key, ...content });
  count(tally, id, status);
}

test('after a graceful stop the usage is complete, and lastUsedAt is also written while the server runs', {
  timeout: 60_000,
}, async () => {
  const home = await newHome();
  const limits = limitsOf(1_000_000);
  const first = await startPair(home, { limits });
  const { secretTest } = first.pair.demo.teams[0].keys;
  const server: Backend = { name: 'server', url: first.pair.server };
  const [free, limited] = [await newKey(server, {}, secretTest), await newKey(server, { rateLimit: 12 }, secretTest)];
  const tallies: [Tally, Tally] = [{}, {}];
  await Promise.all(
    Array.from({ length: 5 }, () => mixture)
      .flat()
      .map((one) => sendOne(server, free.key, tallies[0], one)),
  );
  for (const one of [...mixture, ...mixture]) await sendOne(server, limited.key, tallies[1], one);
  expect(Object.values(tallies[1]).reduce((sum, { rateLimited }) => sum + rateLimited, 0)).toBe(8);
  await first.stop();

  const config = readConfig({ PORT: '0', MOCK_PORT: '0', DEMO_DATA: 'true', ...home.env });
  expect(config.usageEveryMs).toBeLessThan(60_000);
  const second = await start({ ...config, limits, usageEveryMs: 20 }, pino({ level: 'silent' }));
  const again: Backend = { name: 'server', url: second.api.url };
  const usages = [];
  for (const { id } of [free, limited]) usages.push(await usageOf(again, id, { key: secretTest }));
  expect(usages.map(byOperation)).toEqual(tallies);
  expect(usages.map(isConsistent)).toEqual([true, true]);
  const unused = await newKey(again, {}, secretTest);
  expect(unused.lastUsedAt).toBeNull();
  expect(await using(again, unused.key)).toEqual([200]);
  const lastUsedAt = async () => (await got(keysBy(again, secretTest).get(unused.id))).lastUsedAt;
  await expect.poll(lastUsedAt, { timeout: 10_000 }).not.toBeNull();
  await second.stop();
  await home.remove();
});

describe('on a store of its own', () => {
  let store: OwnStore;
  let now: Date;
  let api: OwnApi;
  let other: OwnApi;
  beforeAll(async () => {
    store = await openOwnStore();
    [api, other] = [await serveKeys(store, { clock: () => now }), await serveKeys(store, { clock: () => now })];
  });
  afterAll(async () => {
    await Promise.all([api.stop(), other.stop()]);
    await store.close();
  });
  afterEach(() => vi.restoreAllMocks());

  const whoami = async (backend: Backend, key: string, times: number) => {
    for (let i = 0; i < times; i++) expect(await using(backend, key)).toEqual([200]);
  };

  test('usage is grouped by hour, oldest first, without empty hours', async () => {
    now = at(0);
    const { id, key } = await newKey(api);
    for (const [hours, times] of [
      [1, 2],
      [1.999, 1],
      [2, 3],
      [5.5, 1],
      [24 * 7, 1],
    ] as const) {
      now = at(hours);
      await whoami(api, key, times);
    }
    await api.flush();
    const told = async (from: number, to: number) => {
      const { hours } = await usageOf(api, id, { from: at(from).toISOString(), to: at(to).toISOString() });
      return hours.map(({ hour, requests }) => [(Date.parse(hour) - day) / hourMs, requests]);
    };
    expect(await told(0, 24 * 7)).toEqual([
      [1, 3],
      [2, 3],
      [5, 1],
    ]);
    expect(await told(1.5, 2)).toEqual([[1, 3]]);
    expect(await told(2, 2.001)).toEqual([[2, 3]]);
    expect(await told(3, 5)).toEqual([]);
    expect(await told(24 * 6.5, 24 * 7 + 0.001)).toEqual([[24 * 7, 1]]);
    expect((await usageOf(api, id)).requests).toBe(1); // of the last 24 hours
  });

  test('usage that is not written yet is not returned, and is added later', async () => {
    now = at(10);
    const { id, key } = await newKey(api);
    await whoami(api, key, 2);
    expect((await usageOf(api, id)).requests).toBe(0);
    await api.flush();
    await whoami(api, key, 3);
    await Promise.all([api.flush(), api.flush()]);
    await api.flush();
    expect((await usageOf(api, id)).requests).toBe(5);
  });

  test('usage of two servers that write at the same moment is added', async () => {
    now = at(20);
    const all = await Promise.all(Array.from({ length: 5 }, () => newKey(api)));
    for (let round = 1; round <= 4; round++) {
      for (const { key } of round % 2 ? all : all.toReversed())
        await Promise.all([whoami(api, key, 2), whoami(other, key, 1)]);
      await Promise.all([api.flush(), other.flush()]);
    }
    for (const { id } of all)
      expect(byOperation(await usageOf(api, id))).toEqual({ getIdentity: { ...none, requests: 12 } });
  });

  test('a failing database loses no usage', async () => {
    now = at(30);
    const [one, live] = [await newKey(api), await newKey(api, {}, keys.secretLive)];
    await Promise.all([whoami(api, one.key, 2), whoami(api, live.key, 1)]);
    await store.pool.query('alter table key_usage rename to gone');
    await api.flush();
    await whoami(api, one.key, 1);
    await api.flush();
    await store.pool.query('alter table gone rename to key_usage');
    await whoami(api, one.key, 1);
    await api.flush();
    expect((await usageOf(api, one.id)).requests).toBe(4);
    expect((await usageOf(api, live.id, { key: keys.secretLive })).requests).toBe(1);
  });

  test('a batch whose commit succeeds without an acknowledgement is counted once', async () => {
    now = at(35);
    const { id, key } = await newKey(api);
    let isLost = true;
    const deaf = await serveKeys(store, {
      clock: () => now,
      database: {
        ...store.database,
        async write(tenant, run) {
          const result = await store.database.write(tenant, run);
          if (isLost) throw new Error('the answer to the commit is lost');
          return result;
        },
      },
    });
    await whoami(deaf, key, 2);
    await deaf.flush();
    await whoami(deaf, key, 1);
    isLost = false;
    await deaf.flush();
    expect((await usageOf(api, id)).requests).toBe(3);
    await deaf.stop();
  });

  test('a failed write is logged and delays no request', async () => {
    now = at(40);
    const warnings: string[] = [];
    const failing = await serveKeys(store, {
      clock: () => now,
      database: { ...store.database, write: () => Promise.reject(new Error('no database')) },
      log: { warn: (_, message) => warnings.push(message) },
    });
    await whoami(failing, keys.secretTest, 1);
    await failing.flush();
    await whoami(failing, keys.secretTest, 1);
    expect(warnings).toEqual(['usage could not be written and is kept for the next attempt']);
    await failing.stop();
  });

  test('an internal error counts as a server error', async () => {
    now = at(50);
    const { id, key } = await newKey(api);
    const faulty = await serveKeys(store, {
      clock: () => now,
      handlers: (real) => ({
        ...real,
        Auth: { ...real.Auth, getIdentity: () => Promise.reject(new Error('planted')) },
      }),
    });
    expect(await using(faulty, key)).toEqual([500, 'internal_error']);
    await faulty.flush();
    expect(byOperation(await usageOf(api, id))).toEqual({ getIdentity: { ...none, requests: 1, serverErrors: 1 } });
    await faulty.stop();
  });

  test('requests rejected by an address or referrer restriction are not counted; those rejected by an endpoint restriction are', async () => {
    now = at(60);
    const elsewhere = await newKey(api, { restrictions: { ipAddresses: ['192.0.2.0/24'] } });
    const fromPage = await newKey(api, { restrictions: { referrers: ['https://shop.example/*'] } });
    const forKeys = await newKey(api, { restrictions: { endpoints: ['Keys'] } });
    for (const { key } of [elsewhere, fromPage, forKeys])
      expect(await using(api, key)).toEqual([403, 'insufficient_permissions']);
    await api.flush();
    for (const { id } of [elsewhere, fromPage]) {
      expect(await usageOf(api, id)).toMatchObject({ ...none, hours: [] });
      expect((await got(keysBy(api).get(id))).lastUsedAt).toBeNull();
    }
    expect(byOperation(await usageOf(api, forKeys.id))).toEqual({
      getIdentity: { ...none, requests: 1, clientErrors: 1 },
    });
  });

  test('requests without an active key are not counted', async () => {
    now = at(70);
    const { id, key } = await newKey(api);
    await got(keysBy(api).change(id, { isActive: false }));
    expect(await using(api, key)).toEqual([401, 'invalid_api_key']);
    await api.flush();
    expect((await usageOf(api, id)).requests).toBe(0);
  });

  test('both secrets of a rotated key count for the key', async () => {
    now = at(80);
    const { id, key } = await newKey(api);
    const rotated = await got(keysBy(api).rotate(id, 3600));
    await whoami(api, key, 2);
    await whoami(api, rotated.key, 1);
    await api.flush();
    expect((await usageOf(api, id)).requests).toBe(3);
  });

  test('lastUsedAt is the latest use, regardless of the order of writes', async () => {
    now = at(90);
    const { id, key } = await newKey(api);
    const lastUsedAt = async () => (await got(keysBy(api).get(id))).lastUsedAt;
    await whoami(api, key, 1);
    now = at(90.5);
    await whoami(other, key, 1);
    await other.flush();
    expect(await lastUsedAt()).toBe(at(90.5).toISOString());
    await api.flush();
    expect(await lastUsedAt()).toBe(at(90.5).toISOString());
    const listed = await send(api, '/api/v1/api-keys');
    const { data } = (await listed.json()) as { data: { id: string; last_used: string }[] };
    expect(data.find((one) => one.id === id)?.last_used).toBe(at(90.5).toISOString());
  });

  test('200 requests with a cached key cause no statement until one batch afterwards', async () => {
    now = at(100);
    const { id, key } = await newKey(api);
    await whoami(api, key, 1);
    await api.flush();
    const query = vi.spyOn(pg.Client.prototype, 'query');
    const sent = () => query.mock.calls.map(([first]) => (first as unknown as { text?: string }).text ?? String(first));
    const refused = { key, method: 'GET' }; // rejected before any handler
    for (let i = 0; i < 10; i++)
      await Promise.all(Array.from({ length: 20 }, () => send(api, `${base}/tickets?page=0`, refused)));
    const isLookup = (text: string) => text.includes('from "key_secrets" as "secret"');
    expect(sent().filter((text) => !isLookup(text))).toEqual([]);
    expect(sent().length).toBeLessThan(20); // one lookup every five seconds
    query.mockClear();
    await api.flush();
    expect(sent().map((text) => text.trim().split(/\s/)[0])).toEqual(['begin', 'insert', 'insert', 'update', 'commit']);
    expect((await usageOf(api, id)).requests).toBe(201);
  });
});
