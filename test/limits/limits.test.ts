// A key has exactly the number of requests of its limit, with any number in parallel, and receives the number of
// remaining requests.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { memoryBuckets } from '../../src/http/buckets.ts';
import { redisBuckets } from '../../src/http/redisBuckets.ts';
import { mockKeys } from '../../src/mock/keyring.ts';
import { open, send } from '../support/client.ts';
import { type Home, newHome, type RunningPair, startPair } from '../support/home.ts';
import {
  ask,
  askAtOnce,
  back,
  expectExactly,
  expectLog,
  limits,
  newKey,
  readableLog,
  startLimited,
} from './limited.ts';
import { missingRedis, type RedisServer, startRedis } from './redisServer.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

test.each([
  { msLeft: 1, retryAfter: '1', wait: '1 second' },
  { msLeft: 1000, retryAfter: '1', wait: '1 second' },
  { msLeft: 1001, retryAfter: '2', wait: '2 seconds' },
  { msLeft: 90_500, retryAfter: '91', wait: '91 seconds' },
])('a request over the limit learns when the window ends: $msLeft ms', async ({ msLeft, retryAfter, wait }) => {
  const full = { consume: async () => ({ count: 1001, msLeft }), close: async () => {} };
  const front = await startLimited({ buckets: full });
  undo.push(front.stop);
  const response = await send(front, '/api/v1/auth/whoami', { key: newKey() });
  expect(response.status).toBe(429);
  expect(response.headers.get('Retry-After')).toBe(retryAfter);
  expect(await response.json()).toMatchObject({ error: { message: `Too many requests. Try again in ${wait}.` } });
});

describe('server and mock with the default limits', () => {
  let home: Home;
  let running: RunningPair;
  beforeAll(async () => {
    home = await newHome();
    running = await startPair(home, { limits });
  });
  afterAll(async () => {
    await running.stop();
    await home.remove();
  });

  test.each(['server', 'mock'] as const)('the %s accepts 1,000 of 1,100 requests with a secret key', async (name) => {
    const { pair } = running;
    expectExactly(1000, await askAtOnce([{ name, url: pair[name] }], pair.demo.teams[0].keys.secretTest, 1100));
  });
  test.each(['server', 'mock'] as const)('the %s accepts 100 of 110 requests with a publishable key', async (name) => {
    const { pair } = running;
    expectExactly(100, await askAtOnce([{ name, url: pair[name] }], pair.demo.teams[0].keys.publishableTest, 110));
  });
});

const ownLimit = 7;
const known = mockKeys(open.demo);
const keyring: typeof known = {
  async find(token, request) {
    const key = await known.find(token, request);
    return key && { ...key, rateLimit: ownLimit };
  },
};

test('a key with its own rateLimit has this limit', async () => {
  const front = await startLimited({ keyring });
  undo.push(front.stop);
  for (const kind of ['sk', 'pk'] as const) expectExactly(ownLimit, await askAtOnce([front], newKey(kind), 10));
});

test('two secrets of one key, as during a rotation, share one limit', async () => {
  const oneId: typeof known = {
    async find(token, request) {
      const key = await known.find(token, request);
      return key && { ...key, id: 'key_0' };
    },
  };
  const front = await startLimited({ keyring: oneId });
  undo.push(front.stop);
  const remaining = [];
  for (const key of [newKey(), newKey()]) remaining.push((await ask(front, key)).remaining);
  expect(remaining).toEqual([999, 998]);
});

test('the window of a key starts with its first request', async () => {
  const buckets = memoryBuckets();
  expect(await buckets.consume('one', 60)).toEqual({ count: 1, msLeft: 60_000 });
  expect(await buckets.consume('other', 3600)).toEqual({ count: 1, msLeft: 3_600_000 });
  expect(await buckets.consume('one', 60)).toMatchObject({ count: 2 });
});

describe.skipIf(missingRedis)(`in Redis${missingRedis ? ` (${missingRedis})` : ''}`, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.remove());

  async function sharing(deps: Parameters<typeof startLimited>[0] = {}) {
    const { log, messages } = readableLog();
    const buckets = redisBuckets(redis.url, log);
    const front = await startLimited({ buckets, ...deps });
    undo.push(async () => {
      await front.stop();
      await buckets.close();
    });
    await expectLog(messages, [back]);
    return Object.assign(front, { messages });
  }

  test('accepts 1,000 of 1,100 requests with a secret key and 100 of 110 with a publishable key', async () => {
    const front = await sharing();
    expectExactly(1000, await askAtOnce([front], newKey(), 1100));
    expectExactly(100, await askAtOnce([front], newKey('pk'), 110));
    expect(front.messages).toEqual([back]);
  });

  test('two instances together accept 1,000 of 1,100 requests', async () => {
    const fronts = [await sharing(), await sharing()];
    expectExactly(1000, await askAtOnce(fronts, newKey(), 1100));
    expect(fronts.map(({ messages }) => messages)).toEqual([[back], [back]]);
  });

  test('the rateLimit of a key applies on both instances', async () => {
    expectExactly(ownLimit, await askAtOnce([await sharing({ keyring }), await sharing({ keyring })], newKey(), 10));
  });

  test('stored counts have our prefix and expire with their window, also for addresses', async () => {
    const front = await sharing();
    await ask(front, newKey());
    await ask(front, newKey('pk'));
    await fetch(`${front.url}/api/library/${open.demo.teams[0].id}/articles`);
    await fetch(`${front.url}/api/v1/auth/whoami`);
    const seconds = await redis.secondsLeft();
    const ofKind = (kind: string) => Object.entries(seconds).filter(([name]) => name.startsWith(`cstar:${kind}:`));
    expect(Object.keys(seconds).filter((name) => !name.startsWith('cstar:'))).toEqual([]);
    for (const [kind, { windowSeconds }] of Object.entries(limits)) {
      expect(ofKind(kind), kind).not.toEqual([]);
      for (const [name, left] of ofKind(kind)) {
        expect(left, name).toBeGreaterThan(0); // -1 means no expiry
        expect(left, name).toBeLessThanOrEqual(windowSeconds);
      }
    }
  });
});
