// The two guards give the same responses, and handlers receive the same from both.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadContract } from '../../src/contract/load.ts';
import { compiledGuard } from '../../src/http/compiledGuard.ts';
import type { Guard } from '../../src/http/guard.ts';
import { Problem } from '../../src/http/problem.ts';
import { validatorGuard } from '../../src/http/validatorGuard.ts';
import { startFront } from '../contract/ownFront.ts';
import { randomFrom } from '../support/random.ts';
import { shareOf } from '../support/sample.ts';
import { type Attempt, goodAttempts, jsonOperations, send } from './attempt.ts';
import { mutated } from './mutate.ts';

const perOperation = shareOf(2_000);
const key = `sk_test_${'x'.repeat(32)}`;
const now = new Date('2026-11-01T10:00:00.000Z');

/** A front whose responses differ only where its guard does. */
async function frontOf(guard: Guard) {
  let received: unknown;
  const front = await startFront({
    guard,
    clock: () => now,
    requestIds: () => 'req_000000000000',
    async backend({ path, query, body, headers }) {
      received = { path, query, body, headers };
      throw new Problem('resource_missing');
    },
  });
  return {
    stop: () => front.stop(0),
    async ask(attempt: Attempt): Promise<string> {
      received = undefined;
      const { status, body } = await send(front.url, key, attempt);
      const { doc_url: _, ...error } = body.error; // begins with the URL of the front
      return JSON.stringify({ status, body: { ...body, error }, received });
    },
  };
}

let fronts: Awaited<ReturnType<typeof frontOf>>[];
beforeAll(async () => {
  fronts = [await frontOf(compiledGuard()), await frontOf(validatorGuard(loadContract()))];
});
afterAll(() => Promise.all(fronts.map(({ stop }) => stop())));

test('on valid and on mutated requests', { timeout: 120_000 }, async () => {
  const random = randomFrom(9);
  const counts = { asked: 0, accepted: 0 };
  const different: string[] = [];
  for (const operation of jsonOperations) {
    const good = goodAttempts(operation);
    const attempts = [...good, ...Array.from({ length: perOperation }, () => mutated(random.pick(good), random))];
    for (const attempt of attempts) {
      const [one = '', other] = await Promise.all(fronts.map(({ ask }) => ask(attempt)));
      counts.asked++;
      if (one.includes('"received"')) counts.accepted++;
      if (one !== other) different.push(`${operation.operationId}: ${one} and ${other}`);
    }
  }
  expect(different).toEqual([]);
  expect(counts.accepted).toBeGreaterThan(counts.asked / 10);
  expect(counts.accepted).toBeLessThan(counts.asked);
});
