// The date-times that a request can contain: they can be stored, and every reader interprets them equally.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Problem } from '../../src/http/problem.ts';
import { startFront } from '../contract/ownFront.ts';
import { type Attempt, goodAttempts, jsonOperations, send } from '../judges/attempt.ts';
import { faultOf } from '../judges/verdict.ts';
import type { Backend } from '../support/client.ts';
import { follow, type Node } from '../support/judge.ts';

const key = `sk_test_${'x'.repeat(32)}`;
const taken = [
  '2026-03-30T10:00:00Z',
  '2026-03-30T10:00:00.000Z',
  '2026-03-30t10:00:00z',
  '2026-03-30T10:00:00.123456789Z',
  '2026-03-30T10:00:00.123456789+05:30',
  '2026-03-30T10:00:00-23:59',
  '2028-02-29T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '0001-01-01T00:00:00.000+00:00',
  '0002-01-01T00:00:00+23:59',
  '0999-12-31T23:59:59-01:00',
  '9998-12-31T23:59:59-23:59',
  '9999-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59.9999999+00:00',
];
const refused = [
  '',
  'tomorrow',
  '2026-03-30',
  '10:00:00Z',
  '2026-03-30T10:00:00',
  '2026-03-30T10:00Z',
  '2026-03-30 10:00:00Z',
  '2026-03-30_10:00:00Z',
  '2026-03-30T10:00:00 Z',
  ' 2026-03-30T10:00:00Z',
  '2026-03-30T10:00:00Z ',
  '2026-03-30T10:00:00Z\n',
  '2026-03-30T10:00:00,5Z',
  '2026-03-30T10:00:00.Z',
  '2026-03-30T10:00:00.1234567890Z',
  '2026-03-30T10:00:00+0530',
  '2026-03-30T10:00:00+05',
  '2026-03-30T10:00:00+24:00',
  '2026-03-30T10:00:00+05:60',
  '2026-03-30T24:00:00Z',
  '2026-03-30T10:60:00Z',
  '2026-02-30T10:00:00Z',
  '2027-02-29T10:00:00Z',
  '2026-13-01T10:00:00Z',
  '2026-00-10T10:00:00Z',
  '2026-01-00T10:00:00Z',
  '2016-12-31T23:59:60Z',
  '2017-01-01T00:59:60+01:00',
  '2030-12-31T23:59:60Z',
  '0000-01-01T00:00:00Z',
  '0000-12-31T23:59:59-01:00',
  '0001-01-01T00:00:00+00:01',
  '9999-12-31T23:59:59-00:01',
  '9999-12-31T23:59:59-23:59',
  '10000-01-01T00:00:00Z',
  '+002026-03-30T10:00:00Z',
  '-2026-03-30T10:00:00Z',
  '26-03-30T10:00:00Z',
  '２０２６-03-30T10:00:00Z',
];

type Place = { at: string; put(text: string): Attempt };

/** Every date-time in a query parameter or in a field of a body. */
const places: Place[] = jsonOperations.flatMap((operation) => {
  const [good] = goodAttempts(operation) as [Attempt];
  const isTime = (schema: Node): boolean => follow(schema).format === 'date-time';
  const fields = follow(follow(operation.requestBody)?.content['application/json'].schema ?? {}).properties ?? {};
  return [
    ...operation.parameters
      .filter((one: Node) => one.in === 'query' && isTime(one.schema))
      .map(({ name }: Node) => ({
        at: `${operation.operationId} ${name}`,
        put: (text: string) => ({ ...good, query: [[name, text]] }),
      })),
    ...Object.keys(fields)
      .filter((name) => isTime(fields[name]))
      .map((name) => ({
        at: `${operation.operationId} ${name}`,
        put: (text: string) => ({ ...good, body: { ...(good.body as object), [name]: text } }),
      })),
  ];
});

let front: Backend & { stop(): Promise<void> };
beforeAll(async () => {
  front = await startFront({
    async backend() {
      throw new Problem('resource_missing'); // so the guard accepted every request with a 404
    },
  });
});
afterAll(() => front.stop());

describe.each(places)('$at', ({ at, put }) => {
  test.each(taken)('accepts %j, as another validator does', async (text) => {
    expect((await send(front.url, key, put(text))).status).toBe(404);
    expect(faultOf(put(text))).toBeUndefined();
    const time = new Date(text);
    expect(time.getTime()).toBeGreaterThanOrEqual(Date.parse('0001-01-01T00:00:00Z'));
    expect(time.getTime()).toBeLessThanOrEqual(Date.parse('9999-12-31T23:59:59.999Z'));
  });

  test.each(refused)('rejects %j in plain words, as another validator does', async (text) => {
    const { status, body } = await send(front.url, key, put(text));
    expect([status, body.error.code, body.error.param]).toEqual([400, 'parameter_invalid', at.split(' ')[1]]);
    expect(body.error.message).toContain('must be an RFC 3339 date-time in the years 1 to 9999, without a leap second');
    expect(faultOf(put(text))).toBeDefined();
  });
});

test('the contract has date-times in requests', () => {
  expect(places.map(({ at }) => at)).toContain('createApiKey expiresAt');
  expect(places.map(({ at }) => at)).toContain('getApiKeyUsage from');
});
