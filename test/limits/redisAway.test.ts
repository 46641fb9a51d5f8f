// Redis can become unavailable at any time: no request fails, no request exceeds a limit, and it is logged once.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Buckets } from '../../src/http/buckets.ts';
import { redisBuckets } from '../../src/http/redisBuckets.ts';
import type { Backend } from '../support/client.ts';
import {
  ask,
  askAtOnce,
  back,
  down,
  expectExactly,
  expectLog,
  newKey,
  readableLog,
  startLimited,
  type Told,
} from './limited.ts';
import { missingRedis, type RedisServer, startRedis } from './redisServer.ts';

type Instance = Backend & { buckets: Buckets; messages: string[] };

let redis: RedisServer;
let undo: (() => Promise<unknown>)[];
beforeEach(async () => {
  undo = [];
  if (missingRedis) return;
  redis = await startRedis();
  undo.push(redis.remove);
});
afterEach(async () => {
  for (const one of undo.reverse()) await one();
});

async function startInstance(url = redis.url): Promise<Instance> {
  const { log, messages } = readableLog();
  const buckets = redisBuckets(url, log);
  const front = await startLimited({ buckets });
  undo.push(front.stop, buckets.close);
  return { name: 'server', url: front.url, buckets, messages };
}

/** 1,100 requests, 20 in parallel, with an action after 300 responses. */
async function askThrough(instance: Instance, key: string, event: () => Promise<void> | void): Promise<Told[]> {
  const told: Told[] = [];
  let asked = 0;
  const worker = async () => {
    while (asked < 1100) {
      asked++;
      told.push(await ask(instance, key));
      if (told.length === 300) await event();
    }
  };
  await Promise.all(Array.from({ length: 20 }, worker));
  return told;
}

/** Asserts that both instances count a new key together. */
async function expectShared(one: Instance, other: Instance): Promise<void> {
  const key = newKey();
  const remaining = [];
  for (const instance of [one, other, one]) remaining.push((await ask(instance, key)).remaining);
  expect(remaining).toEqual([999, 998, 997]);
}

describe.skipIf(missingRedis)(`Redis away${missingRedis ? ` (${missingRedis})` : ''}`, () => {
  const ways = [
    { way: 'killed', leave: () => redis.kill(), comeBack: () => redis.start() },
    { way: 'halted', leave: () => redis.halt(), comeBack: () => redis.resume() },
  ];
  test.each(ways)(
    '$way during requests: every request receives its response, and counts are shared again later',
    async ({ leave, comeBack }) => {
      const [one, other] = [await startInstance(), await startInstance()];
      await expectLog(one.messages, [back]);
      await expectLog(other.messages, [back]);
      await expectShared(one, other);

      const key = newKey();
      expectExactly(1000, await askThrough(one, key, leave));
      await ask(other, newKey());
      await expectLog(one.messages, [back, down]);
      await expectLog(other.messages, [back, down]);

      await comeBack();
      await expectLog(one.messages, [back, down, back]);
      await expectLog(other.messages, [back, down, back]);
      await expectShared(one, other);
      expect(await ask(one, key), 'an instance keeps its own counts').toMatchObject({ status: 429 });
    },
  );

  test('a count that was shared continues in memory', async () => {
    const [one, other] = [await startInstance(), await startInstance()];
    await expectLog(one.messages, [back]);
    await expectLog(other.messages, [back]);
    const key = newKey();
    await askAtOnce([other], key, 990);
    expect(await ask(one, key)).toMatchObject({ remaining: 9 });
    await redis.kill();
    expect(await ask(one, key)).toMatchObject({ remaining: 8 });
  });

  test.each([
    { way: 'not there', leave: () => redis.kill(), comeBack: () => redis.start() },
    { way: 'halted', leave: () => redis.halt(), comeBack: () => redis.resume() },
  ])('$way at the start: limits apply in memory until Redis is available', async ({ leave, comeBack }) => {
    await leave();
    const instance = await startInstance();
    expectExactly(1000, await askAtOnce([instance], newKey(), 1100));
    await expectLog(instance.messages, [down]);
    await comeBack();
    await expectLog(instance.messages, [down, back]);
  });

  test('a Redis server that disconnects is retried, but not by requests, and logged once', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    undo.push(async () => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // a TCP server has an address object
    const instance = await startInstance(`redis://127.0.0.1:${port}`);
    await expectLog(instance.messages, [down]);
    expectExactly(100, await askAtOnce([instance], newKey('pk'), 110));
    expect(connections).toBeLessThan(10);
    await expect.poll(() => connections, { timeout: 10_000 }).toBeGreaterThan(2);
    expect(instance.messages).toEqual([down]);
  });

  test('a Redis server that responds but cannot count is treated as unavailable', async () => {
    const instance = await startInstance();
    await expectLog(instance.messages, [back]);
    await redis.setMemory(1); // bytes: Redis accepts no new keys
    expectExactly(100, await askAtOnce([instance], newKey('pk'), 110));
    await expectLog(instance.messages, [back, down]);
    await redis.setMemory(0); // no limit
    await expectLog(instance.messages, [back, down, back]);
  });

  test.each(ways)('$way: closing does not wait for a response and does not reconnect', async ({ leave, comeBack }) => {
    const [closed, open] = [await startInstance(), await startInstance()];
    await expectLog(closed.messages, [back]);
    await expectLog(open.messages, [back]);
    await leave();
    for (const instance of [closed, open]) {
      await ask(instance, newKey());
      await expectLog(instance.messages, [back, down]);
    }
    await closed.buckets.close();
    await comeBack();
    await expectLog(open.messages, [back, down, back]); // its attempt would come after that of the other one
    expect(closed.messages).toEqual([back, down]);
  });
});
