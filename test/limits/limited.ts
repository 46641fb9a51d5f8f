// Fronts with the default limits, and many requests to them.

import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';
import { expect } from 'vitest';
import type { Deps } from '../../src/app.ts';
import { standardLimits } from '../../src/http/limits.ts';
import { startFront } from '../contract/ownFront.ts';
import { exampleContent } from '../contract/requests.ts';
import { type Backend, send } from '../support/client.ts';
import { written } from '../support/table.ts';

export const limits = standardLimits(60);
const [operation] = written.filter(({ operationId }) => operationId === 'getIdentity');
const content = exampleContent(operation as NonNullable<typeof operation>); // it is in the contract

/** A front that knows the keys of the demo, and accepts any other key. */
export const startLimited = (deps: Partial<Deps>): ReturnType<typeof startFront> =>
  startFront({ limits, backend: (_call, finish) => finish({ status: 200, content }), ...deps });

/** A key that was not used before. */
export const newKey = (kind: 'sk' | 'pk' = 'sk'): string => `${kind}_test_${randomBytes(24).toString('base64url')}`;

export type Told = { status: number; limit: number; remaining: number };

export async function ask(backend: Backend, key: string): Promise<Told> {
  const { status, headers } = await send(backend, '/api/v1/auth/whoami', { key });
  const number = (name: string) => Number(headers.get(name) ?? Number.NaN);
  return { status, limit: number('X-RateLimit-Limit'), remaining: number('X-RateLimit-Remaining') };
}

/** This number of parallel requests, sent to the fronts in turn. */
export const askAtOnce = (backends: Backend[], key: string, count: number): Promise<Told[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => ask(backends[i % backends.length] as Backend, key)));

/** Asserts that exactly the limit of requests succeeded, each with another number of remaining requests. */
export function expectExactly(limit: number, told: Told[]): void {
  const passed = told.filter(({ status }) => status === 200).sort((a, b) => b.remaining - a.remaining);
  expect(passed).toEqual(Array.from({ length: limit }, (_, i) => ({ status: 200, limit, remaining: limit - 1 - i })));
  const others = told.filter(({ status }) => status !== 200);
  expect(others).toEqual(Array(told.length - limit).fill({ status: 429, limit, remaining: 0 }));
}

/** The level and message of a log line. Undefined for lines of requests. */
export function messageOf(line: string): string | undefined {
  const { level, msg } = JSON.parse(line);
  return msg === 'request' ? undefined : `${pino.levels.labels[level]}: ${msg}`;
}

/** A log whose messages can be read. */
export function readableLog(): { log: Logger; messages: string[] } {
  const messages: string[] = [];
  const lines = new Writable({
    write(line, _encoding, done) {
      messages.push(...[messageOf(String(line))].filter((message) => message !== undefined));
      done();
    },
  });
  return { log: pino(lines), messages };
}

export const down = 'warn: Redis is unavailable: each instance counts rate limits in its own memory';
export const back = 'info: Redis is available: the instances share their rate limits';

/** Waits until the log has exactly these messages. */
export const expectLog = (messages: string[], expected: string[]): Promise<void> =>
  expect.poll(() => messages, { timeout: 10_000 }).toEqual(expected);
