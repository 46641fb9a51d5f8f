// If the system clock goes back, no window becomes longer than its length, and the header is correct.
import { createClient } from '@redis/client';
import { afterEach, describe, expect, test } from 'vitest';
import { memoryBuckets } from '../../src/http/buckets.ts';
import { redisBuckets } from '../../src/http/redisBuckets.ts';
import { send } from '../support/client.ts';
import { back, expectLog, newKey, readableLog, startLimited } from './limited.ts';
import { missingRedis, startRedis } from './redisServer.ts';

const hourMs = 3_600_000;
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

test.each([-48 * hourMs, -2 * hourMs, -hourMs, -1000, hourMs, 48 * hourMs])(
  'a system clock that jumps by %d ms after the first request keeps the reset within the window',
  async (jumpMs) => {
    let now = Date.now();
    const front = await startLimited({ clock: () => new Date(now) });
    undo.push(front.stop);
    const key = newKey();
    const told = [];
    for (const jump of [0, jumpMs, 0]) {
      now += jump;
      const { headers } = await send(front, '/api/v1/auth/whoami', { key });
      const number = (name: string) => Number(headers.get(`X-RateLimit-${name}`));
      told.push(number('Remaining'));
      const secondsLeft = number('Reset') - now / 1000;
      expect(secondsLeft).toBeGreaterThan(3500);
      expect(secondsLeft).toBeLessThanOrEqual(number('Window') + 1); // whole seconds, rounded up
    }
    expect(told).toEqual([999, 998, 997]);
  },
);

test('windows use a monotonic clock and not the system clock', async () => {
  let nowMs = 5;
  const buckets = memoryBuckets(() => nowMs);
  expect(await buckets.consume('one', 60)).toEqual({ count: 1, msLeft: 60_000 });
  nowMs += 59_999;
  expect(await buckets.consume('one', 60)).toEqual({ count: 2, msLeft: 1 });
  nowMs += 1;
  expect(await buckets.consume('one', 60)).toEqual({ count: 1, msLeft: 60_000 });
});

test('a count from another store keeps its end', async () => {
  let nowMs = 0;
  const buckets = memoryBuckets(() => nowMs);
  await buckets.consume('one', 60);
  buckets.set('one', { count: 7, msLeft: 100 });
  expect(await buckets.consume('one', 60)).toEqual({ count: 8, msLeft: 100 });
  nowMs = 100;
  expect(await buckets.consume('one', 60)).toEqual({ count: 1, msLeft: 60_000 });
});

describe.skipIf(missingRedis)(`in Redis${missingRedis ? ` (${missingRedis})` : ''}`, () => {
  test('a window that is longer than its length because its clock went back starts again', async () => {
    const redis = await startRedis();
    undo.push(redis.remove);
    const { log, messages } = readableLog();
    const buckets = redisBuckets(redis.url, log);
    undo.push(buckets.close);
    await expectLog(messages, [back]);
    const client = await createClient({ url: redis.url }).connect();
    undo.push(() => client.destroy());

    const name = 'secret:key_1';
    await client.set(`cstar:${name}`, 900, { PX: 2 * hourMs }); // as if its clock had gone back by an hour
    expect(await buckets.consume(name, 3600)).toEqual({ count: 1, msLeft: hourMs });
    expect(await client.pTTL(`cstar:${name}`)).toBeLessThanOrEqual(hourMs);
    const { count, msLeft } = await buckets.consume(name, 3600);
    expect(count).toBe(2);
    expect(msLeft).toBeLessThanOrEqual(hourMs);
  });

  test('a window within its length continues, and a window without an end receives one', async () => {
    const redis = await startRedis();
    undo.push(redis.remove);
    const { log, messages } = readableLog();
    const buckets = redisBuckets(redis.url, log);
    undo.push(buckets.close);
    await expectLog(messages, [back]);
    const client = await createClient({ url: redis.url }).connect();
    undo.push(() => client.destroy());

    await client.set('cstar:going', 900, { PX: hourMs });
    expect(await buckets.consume('going', 3600)).toMatchObject({ count: 901 });
    await client.set('cstar:endless', 900);
    expect(await buckets.consume('endless', 3600)).toEqual({ count: 1, msLeft: hourMs });
  });
});
