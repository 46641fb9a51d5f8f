// Who is the first, and how long the others wait for it.
import type { Request } from 'express';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTurns, repetitionOf } from '../../src/http/idempotency.ts';

type Given = { url?: string; key?: string | undefined; body?: unknown; isIdempotent?: boolean };
const requestOf = ({ url = '/tickets', key = 'k', body = { a: 1 }, isIdempotent = true }: Given): Request =>
  ({
    get: () => key,
    method: 'POST',
    originalUrl: url,
    body,
    context: { operation: { isIdempotent } },
  }) as unknown as Request; // all that is read of it
const seen = (given: Given) => {
  const repetition = repetitionOf(requestOf(given));
  return repetition && { path: repetition.path, key: repetition.key, digest: repetition.digest.toString('hex') };
};

describe('what a request repeats', () => {
  test('nothing without a key, or where none is taken', () => {
    expect(repetitionOf({ ...requestOf({}), get: () => undefined } as unknown as Request)).toBeUndefined();
    expect(seen({ isIdempotent: false })).toBeUndefined();
  });

  test('the path is without the query, which counts as the body does', () => {
    const plain = seen({});
    const asked = seen({ url: '/tickets?a=1' });
    expect(asked?.path).toBe(plain?.path);
    expect(new Set([plain, asked, seen({ url: '/tickets?a=2' })].map((one) => one?.digest)).size).toBe(3);
    expect(seen({ body: { a: 2 } })?.digest).not.toBe(plain?.digest);
    expect(seen({ body: { a: 1 } })).toEqual(plain);
  });

  test('query and body cannot run into each other', () => {
    expect(seen({ url: '/tickets?x', body: 'y' })?.digest).not.toBe(
      seen({ url: '/tickets?x\n"y"', body: null })?.digest,
    );
  });

  test.each([
    ['"abc"', 'abc'],
    ['abc', 'abc'],
    ['"', '"'],
    ['""', '""'],
    ['"abc', '"abc'],
  ])('the key %s is %s', (given, key) => {
    expect(seen({ key: given })?.key).toBe(key);
  });
});

describe('turns', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const turn = (name = 'one') => ({ name, waitUntil: performance.now() + 2_000 });
  /** Work that ends when it is told to. */
  function work() {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const run = vi.fn(() => promise);
    return { run, resolve, reject };
  }

  test('one begins when the one before it has ended, however it ended', async () => {
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
  });

  test('another name, or none, does not wait', async () => {
    const inTurn = createTurns();
    void inTurn(turn(), work().run);
    expect(await inTurn(turn('other'), async () => 'done')).toBe('done');
    expect(await inTurn(undefined, async () => 'done')).toBe('done');
  });

  test('409 with Retry-After after two seconds, and nothing is run', async () => {
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

  test('two seconds are for the whole wait, whoever is first meanwhile', async () => {
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
