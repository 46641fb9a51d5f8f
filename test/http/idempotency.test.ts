// The order of requests with the same Idempotency-Key, and how long they wait.
import type { Request } from 'express';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTurns, repetitionOf } from '../../src/http/idempotency.ts';
import { toUuid } from '../../src/storage/ids.ts';

type Given = {
  operationId?: string;
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  key?: string | undefined;
  body?: unknown;
  isIdempotent?: boolean;
};
const requestOf = ({ operationId = 'createThing', params = {}, query = {}, key = 'k', ...more }: Given): Request => {
  const { body = { a: 1 }, isIdempotent = true } = more;
  const operation = { operationId, isIdempotent, uuidParams: ['teamId', 'thingId'] };
  return { get: () => key, method: 'POST', body, context: { operation, params, query } } as unknown as Request; // the only fields that are read
};
const seen = (given: Given) => {
  const repetition = repetitionOf(requestOf(given));
  return repetition && { path: repetition.path, key: repetition.key, digest: repetition.digest.toString('hex') };
};
const thing = { id: 'thg_9yB2c3D4e5F6', uuid: toUuid('thg_9yB2c3D4e5F6') };

describe('the identity of a request', () => {
  test('is absent without a key and on operations that do not accept one', () => {
    expect(repetitionOf({ ...requestOf({}), get: () => undefined } as unknown as Request)).toBeUndefined();
    expect(seen({ isIdempotent: false })).toBeUndefined();
  });

  test('has the same path for every spelling of an ID', () => {
    const paths = [thing.id, thing.uuid, thing.uuid.toUpperCase()].map(
      (thingId) => seen({ params: { thingId } })?.path,
    );
    expect(new Set(paths).size).toBe(1);
    expect(seen({ params: { thingId: 'thg_9yB2c3D4e5F7' } })?.path).not.toBe(paths[0]);
  });

  test('keeps a parameter that is not an ID as it was sent', () => {
    const pathOf = (slug: string) => seen({ params: { slug } })?.path;
    expect(pathOf(thing.id)).not.toBe(pathOf(thing.uuid));
    expect(seen({ params: { thingId: 'a-slug' } })?.path).not.toBe(seen({ params: { thingId: 'A-SLUG' } })?.path);
  });

  test('ignores the order of parameters and separates their values', () => {
    const pathOf = (params: Record<string, string>) => seen({ params })?.path;
    expect(pathOf({ a: '1', b: '2' })).toBe(pathOf({ b: '2', a: '1' }));
    expect(new Set([pathOf({ a: '1&b=2' }), pathOf({ a: '1', b: '2' }), pathOf({ a: '1\nb=2' })]).size).toBe(3);
  });

  test('differs for another operation, even with the same path', () => {
    expect(seen({ operationId: 'createThing' })?.path).not.toBe(seen({ operationId: 'createOther' })?.path);
  });

  test('compares the values of query and body, in any order', () => {
    const bodies = ['{"b":1.0,"a":{"d":"x","c":[1,2]}}', '{ "a" : {"c":[1,2e0],"d":"\\u0078"}, "b": 1 }'];
    expect(new Set(bodies.map((body) => seen({ body: JSON.parse(body) })?.digest)).size).toBe(1);
    expect(seen({ query: { a: 1, b: 2 } })?.digest).toBe(seen({ query: { b: 2, a: 1 } })?.digest);
    const others: Given[] = [
      {},
      { body: { a: 2 } },
      { body: { a: '1' } },
      { body: [1, 2] },
      { body: [2, 1] },
      { query: { a: 1 } },
    ];
    expect(new Set(others.map((one) => seen(one)?.digest)).size).toBe(others.length);
  });

  test('orders numeric names as RFC 8785 requires', () => {
    expect(seen({ body: JSON.parse('{"10":1,"9":2,"é":3}') })?.digest).toBe(
      seen({ body: JSON.parse('{"é":3,"9":2,"10":1}') })?.digest,
    );
  });

  test('separates query and body', () => {
    expect(seen({ query: { x: 'y' }, body: null })?.digest).not.toBe(seen({ query: {}, body: { x: 'y' } })?.digest);
  });

  test.each([
    ['"abc"', 'abc'],
    ['abc', 'abc'],
    ['"', '"'],
    ['""', '""'],
    ['"abc', '"abc'],
    ['"ab"c', '"ab"c'],
    ['a"bc"', 'a"bc"'],
  ])('the key %s is %s', (given, key) => {
    expect(seen({ key: given })?.key).toBe(key);
  });
});

test('a request may wait two seconds from its arrival', () => {
  const before = performance.now();
  const waitUntil = repetitionOf(requestOf({}))?.waitUntil;
  expect(waitUntil).toBeGreaterThanOrEqual(before + 2_000);
  expect(waitUntil).toBeLessThanOrEqual(performance.now() + 2_000);
});

describe('turns', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const turn = (name = 'one') => ({ name, waitUntil: performance.now() + 2_000 });
  /** Work that ends when the test ends it. */
  function work() {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const run = vi.fn(() => promise);
    return { run, resolve, reject };
  }

  test('a request starts after the previous one has ended, whether it succeeded or failed', async () => {
    const inTurn = createTurns();
    const [first, second, third] = [work(), work(), work()];
    const ends = [first, second, third].map(({ run }) => inTurn(turn(), run));
    await vi.advanceTimersByTimeAsync(100);
    expect([first, second, third].map(({ run }) => run.mock.calls.length)).toEqual([1, 0, 0]);
    first.reject(new Error('failed'));
    await expect(ends[0]).rejects.toThrow('failed');
    await vi.advanceTimersByTimeAsync(0);
    expect([second, third].map(({ run }) => run.mock.calls.length)).toEqual([1, 0]);
    second.resolve('second');
    expect(await ends[1]).toBe('second');
    await vi.advanceTimersByTimeAsync(0);
    third.resolve('third');
    expect(await ends[2]).toBe('third');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a request with another name, or without a name, does not wait', async () => {
    const inTurn = createTurns();
    void inTurn(turn(), work().run);
    expect(await inTurn(turn('other'), async () => 'done')).toBe('done');
    expect(await inTurn(undefined, async () => 'done')).toBe('done');
  });

  test('409 with Retry-After after two seconds, without an execution', async () => {
    const inTurn = createTurns();
    const [first, second] = [work(), work()];
    void inTurn(turn(), first.run);
    const waiting = inTurn(turn(), second.run);
    let isRefused = false;
    waiting.catch(() => {
      isRefused = true;
    });
    await vi.advanceTimersByTimeAsync(1_999);
    expect(isRefused).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await expect(waiting).rejects.toMatchObject({
      code: 'idempotency_conflict',
      param: 'Idempotency-Key',
      retryAfter: 1,
      headers: { 'Retry-After': '1' },
    });
    expect(second.run).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('the two seconds include the wait for all previous requests', async () => {
    const inTurn = createTurns();
    const [first, second, third] = [work(), work(), work()];
    void inTurn(turn(), first.run);
    void inTurn(turn(), second.run);
    const waiting = inTurn(turn(), third.run);
    waiting.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(1_500);
    first.resolve('first');
    await vi.advanceTimersByTimeAsync(400);
    expect(second.run).toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(100);
    await expect(waiting).rejects.toMatchObject({ code: 'idempotency_conflict' });
    expect(third.run).not.toHaveBeenCalled();
  });
});
