// The message for a rejected request states in plain words what is expected, and where.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cutAt, Problem } from '../../src/http/problem.ts';
import { startFront } from '../contract/ownFront.ts';
import { type Attempt, jsonOperations, send } from '../judges/attempt.ts';
import { spoiltEveryWay } from '../judges/everyWay.ts';
import type { Backend } from '../support/client.ts';
import type { Node } from '../support/judge.ts';
import { sample, shareOf } from '../support/sample.ts';

const key = `sk_test_${'x'.repeat(32)}`;
/** Words of validators and of JSON Schema, and characters of regular expressions and of printed values. */
const technical =
  /schema|anyOf|oneOf|allOf|pattern|regex|additionalProp|unevaluated|fewer than|\[object|undefined|,null|null,|\^|\\|\(\?|\]\{|\$$|Infinity|, \.|: \./i;
const lengthMax = 200;
const spoiltOfRun = 6_000;

let front: Backend & { stop(): Promise<void> };
beforeAll(async () => {
  front = await startFront({
    async backend() {
      throw new Problem('resource_missing'); // so the guard accepted every request with a 404
    },
  });
});
afterAll(() => front.stop());

type Told = { code: string; message: string; param?: string };

const isDeclared = ({ parameters, requestBody }: Node, param: string | undefined): boolean =>
  requestBody !== undefined || parameters.some(({ name }: Node) => name === param);

/** The faults in the message of an error. */
function faultsOf({ code, message, param }: Told, { operation, query }: Attempt): string[] {
  const own = message.replace(/'[^']*'/g, ''); // names chosen by the caller
  const named = param === undefined ? '' : param.length > 50 ? cutAt(param, 49) : param;
  return [
    ...(technical.test(own) ? ['it speaks like a validator'] : []),
    ...(message.length > lengthMax ? [`it has ${message.length} characters`] : []),
    ...(/^(['A-Z]).*\.$/s.test(message) ? [] : ['it is no sentence']),
    ...(param === undefined ? ['param is missing'] : []),
    ...(message.includes(named) || param === 'body' ? [] : ['it does not name its param']),
    ...(isDeclared(operation, param) || query.some(([name]) => param === cutAt(name, 200))
      ? []
      : ['param is not declared']),
    ...(param === 'body' && code === 'parameter_missing' ? ['the body is there'] : []),
    ...(/^A parameter /.test(message) ? ['it says nothing'] : []),
  ];
}

test.each(jsonOperations.map((operation) => [operation.operationId, operation]))(
  'every fault in a request to %s returns a plain message',
  { timeout: 120_000 },
  async (_id, operation) => {
    const wrong: string[] = [];
    let refused = 0;
    for (const attempt of sample(
      `words of ${operation.operationId}`,
      [...spoiltEveryWay(operation)],
      shareOf(spoiltOfRun),
    )) {
      const { status, body } = await send(front.url, key, attempt);
      if (status !== 400) continue;
      refused++;
      const faults = faultsOf(body.error, attempt);
      if (faults.length > 0) wrong.push(`${faults.join(', ')}: ${body.error.param} ${body.error.message}`);
    }
    expect(wrong).toEqual([]);
    expect(refused).toBeGreaterThan(0);
  },
);
