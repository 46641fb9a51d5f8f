// The guard of the front and a separate ajv judge the same mutated requests. They agree on all requests except those
// listed below.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Problem } from '../../src/http/problem.ts';
import { startFront } from '../contract/ownFront.ts';
import type { Backend } from '../support/client.ts';
import type { Node } from '../support/judge.ts';
import { randomFrom } from '../support/random.ts';
import { sample, shareOf } from '../support/sample.ts';
import { type Attempt, goodAttempts, jsonOperations, send } from './attempt.ts';
import { spoiltEveryWay } from './everyWay.ts';
import { mutated } from './mutate.ts';
import { faultOf } from './verdict.ts';

const perOperation = shareOf(6_000);
const spoiltOfRun = 6_000;
/** A valid key format that is not known: it is a key of the team in the path. */
const key = `sk_test_${'x'.repeat(32)}`;

type Seen = { attempt: Attempt; refusedByFront: boolean; fault: string | undefined; answer: any };

/** The permitted differences, with their reasons. */
const explained: { why: string; isSo(seen: Seen): boolean }[] = [
  {
    why: 'the front rejects unpaired surrogates, which JSON Schema cannot express',
    isSo: ({ attempt, refusedByFront }) =>
      refusedByFront && /\\ud800/.test(JSON.stringify([attempt.path, attempt.query, attempt.body])),
  },
  {
    why: 'the front rejects NUL in the name of an ignored field, because it cannot be stored',
    isSo: ({ attempt, refusedByFront }) => refusedByFront && /\\u0000[^"]*":/.test(JSON.stringify(attempt.body)),
  },
];

let front: Backend & { stop(): Promise<void> };
beforeAll(async () => {
  front = await startFront({
    async backend() {
      throw new Problem('resource_missing'); // so the guard accepted every request with a 404
    },
  });
});
afterAll(() => front.stop());

async function look(attempt: Attempt): Promise<Seen> {
  const { status, body } = await send(front.url, key, attempt);
  expect([400, 403, 404]).toContain(status); // only the validity decides here
  if (status === 403) expect(body.error.code).toBe('team_access_denied'); // a malformed team ID
  return { attempt, refusedByFront: status !== 404, fault: faultOf(attempt), answer: body.error };
}

test('front and judge accept the examples of the contract', async () => {
  for (const attempt of jsonOperations.flatMap(goodAttempts)) {
    const { refusedByFront, fault, answer } = await look(attempt);
    expect({ refusedByFront, fault, answer }).toMatchObject({ refusedByFront: false, fault: undefined });
  }
});

test('front and judge agree on thousands of mutated requests', { timeout: 120_000 }, async () => {
  const random = randomFrom(5);
  const seen: Seen[] = [];
  for (const operation of jsonOperations) {
    const good = goodAttempts(operation);
    for (let i = 0; i < perOperation; i++) seen.push(await look(mutated(random.pick(good), random)));
  }
  const disagreed = seen.filter(({ refusedByFront, fault }) => refusedByFront !== (fault !== undefined));
  const byReason = explained.map(({ why, isSo }) => ({ why, count: disagreed.filter(isSo).length }));
  const open = disagreed.filter((one) => !explained.some(({ isSo }) => isSo(one)));

  const refused = seen.filter(({ refusedByFront }) => refusedByFront).length;
  console.log(
    `${seen.length} requests over ${jsonOperations.length} operations: ${refused} refused, ${seen.length - refused} taken`,
    ...byReason.map(({ why, count }) => `\n  ${count} differ: ${why}`),
  );
  expect(open.map(inWords)).toEqual([]);
  expect(seen.length).toBeGreaterThanOrEqual(2000);
});

test('every permitted difference exists', async () => {
  const attemptOf = (operationId: string): Attempt =>
    goodAttempts(jsonOperations.find((one) => one.operationId === operationId) as Node)[0] as Attempt;
  const title = attemptOf('createTicket');
  const report = attemptOf('reportLeakedKeys');
  const seen = [
    await look({ ...title, body: { ...(title.body as object), title: '\ud800' } }),
    await look({ ...report, body: (report.body as object[]).map((one) => ({ ...one, 'a\0b': 1 })) }),
  ];
  for (const [i, one] of seen.entries()) {
    expect([one.refusedByFront, one.fault]).toEqual([true, undefined]);
    expect(explained[i]?.isSo(one)).toBe(true);
  }
});

test('front and judge agree on every kind of fault in every field and parameter', { timeout: 120_000 }, async () => {
  const disagreed: string[] = [];
  let count = 0;
  for (const attempt of jsonOperations.flatMap((operation) =>
    sample(operation.operationId, [...spoiltEveryWay(operation)], shareOf(spoiltOfRun)),
  )) {
    const seen = await look(attempt);
    count++;
    if (seen.refusedByFront !== (seen.fault !== undefined)) disagreed.push(inWords(seen));
  }
  console.log(`${count} requests`);
  expect(disagreed).toEqual([]);
});

const inWords = ({ attempt: { operation, path, query, version, body }, fault, answer }: Seen): string =>
  `${operation.operationId} ${JSON.stringify({ path, query, version, body }).slice(0, 300)}: ` +
  `judge ${fault ?? 'takes it'}, front ${answer.code} ${answer.param ?? ''} ${answer.message}`;
