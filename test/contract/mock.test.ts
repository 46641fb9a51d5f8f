// Features of the mock only: it returns the response that `Prefer` selects, and every response conforms to the
// contract.

import { describe, expect, test } from 'vitest';
import { backends, send } from '../support/client.ts';
import { follow, type Node } from '../support/judge.ts';
import { sample, shareOf } from '../support/sample.ts';
import { inContract, jsonOf, type TableEntry, written } from '../support/table.ts';
import { declaredErrors, entryOf, goodRequest, sendDraft, withHeaders } from './requests.ts';

const mock = backends[1];
type Entry = TableEntry;
const seedsOfRun = 300;
const badPreferencesOfRun = 300;
const badPreferences = [
  'code=418',
  'code=abc',
  'code=200;example=nobody',
  'example=',
  'dynamic=maybe',
  'seed=-1',
  'wait=99999',
];
const prefer = (operation: Entry, value: string) =>
  sendDraft(mock, withHeaders(goodRequest(operation), { prefer: value }));
const successExamples = (operation: Entry) =>
  Object.entries<Node>(jsonOf(operation)?.examples ?? {}).map(([name, example]) => ({
    name,
    value: follow(example).value,
  }));

describe.each(written)('$operationId on mock', (operation) => {
  test.each(declaredErrors(operation))('$status $code for its example name in Prefer', async ({ status, code }) => {
    const response = await prefer(operation, `code=${status}, example=${code}`);
    const { error } = (await response.json()) as { error: { code: string } };
    expect([response.status, error.code]).toEqual([status, code]);
    expect(response.headers.get('Preference-Applied')).toBe(`code=${status}, example=${code}`);
  });

  test.each(successExamples(operation))(
    `${operation.successStatus} returns the example $name`,
    async ({ name, value }) => {
      const response = await prefer(operation, `example=${name}`);
      const body = (await response.json()) as Node;
      expect(response.status).toBe(operation.successStatus);
      expect(shapeOf(body)).toEqual(shapeOf(value));
      if (!operation.hasEnvelope) return;
      expect(body.meta.requestId).toBe(response.headers.get('X-Request-Id'));
      expect(body.meta).not.toEqual(value.meta);
    },
  );

  const seeds = sample(
    operation.operationId,
    Array.from({ length: 25 }, (_, i) => i + 1),
    shareOf(seedsOfRun),
  );
  test.skipIf(!jsonOf(operation))(
    `${operation.successStatus} with generated bodies, which are equal for equal seeds`,
    async () => {
      const madeUp = async (seed: number) => {
        const response = await prefer(operation, `dynamic=true, seed=${seed}`);
        const { meta: _, ...body } = (await response.json()) as Node;
        return { status: response.status, body };
      };
      const first = await madeUp(1);
      expect(await madeUp(1)).toEqual(first);
      for (const seed of seeds) expect((await madeUp(seed)).status).toBe(operation.successStatus);
    },
  );

  test.each(sample(operation.operationId, badPreferences, shareOf(badPreferencesOfRun)))(
    '400 mock_scenario_unknown for %s',
    async (value) => {
      const response = await prefer(operation, value);
      expect(response.status).toBe(400);
      const { error } = (await response.json()) as { error: Node };
      expect(error).toMatchObject({ code: 'mock_scenario_unknown', param: 'Prefer' });
    },
  );
});

/** The body without values that depend on the request. */
function shapeOf({ meta: _, ...body }: Node): Node {
  return JSON.parse(
    JSON.stringify(body, (key, value) =>
      /^(id|uuid|ticketId|slug|teamId|keyType|environment)$/.test(key) ? typeof value : value,
    ),
  );
}

describe('Prefer on mock', () => {
  const list = entryOf('listTickets');

  test('200 differs for different seeds', async () => {
    const bodies = await Promise.all(
      [1, 2, 3].map(async (seed) => ((await (await prefer(list, `dynamic=true, seed=${seed}`)).json()) as Node).data),
    );
    expect(new Set(bodies.map((one) => JSON.stringify(one))).size).toBe(3);
  });

  test('the first of several values of a preference counts', async () => {
    const response = await prefer(list, 'code=403, code=401');
    expect(response.status).toBe(403);
    expect(response.headers.get('Preference-Applied')).toMatch(/^code=403\b/);
  });

  test('200 is delayed by the preference wait', async () => {
    const order: string[] = [];
    await Promise.all([
      prefer(list, 'wait=300').then(() => order.push('waited')),
      prefer(list, 'wait=0').then(() => order.push('at once')),
    ]);
    expect(order).toEqual(['at once', 'waited']);
  });

  /** The expected code for a status alone, if the operation declares it. */
  const usual: Record<string, string> = {
    400: 'parameter_invalid',
    401: 'invalid_api_key',
    403: 'insufficient_permissions',
    404: 'resource_missing',
    409: 'resource_conflict',
  };
  test.each(
    written.flatMap((operation) =>
      Object.entries(usual)
        .filter(([, code]) => declaredErrors(operation).some((one) => one.code === code))
        .map(([status, code]) => ({ operation, id: operation.operationId, status, code })),
    ),
  )('code=$status alone selects $code on $id', async ({ operation, status, code }) => {
    const own = inContract(operation).operationId === 'reportLeakedKeys' ? ['invalid_signature'] : [];
    const response = await prefer(operation, `code=${status}`);
    const { error } = (await response.json()) as Node;
    expect([response.status, error.code]).toEqual([Number(status), code === usual[403] ? (own[0] ?? code) : code]);
  });

  test('403 for the name of its example without code', async () => {
    const response = await prefer(list, 'example=team_access_denied');
    expect([response.status, ((await response.json()) as Node).error.code]).toEqual([403, 'team_access_denied']);
    expect(response.headers.get('Preference-Applied')).toBe('example=team_access_denied');
  });

  test.each([
    ['code=404', 'listTickets has no response with status 404. It has 200, 400, 401, 403, 406, 429, 500 and 503.'],
    ['code=200, example=full', "listTickets has no example 'full' for status 200. It has newest and empty."],
  ])('400 for %s lists the available responses', async (preference, message) => {
    const { error } = (await (await prefer(list, preference)).json()) as Node;
    expect(error).toMatchObject({ code: 'mock_scenario_unknown', message });
  });

  test.each([
    ['code=200', 'code=200, example=newest'],
    ['example=empty, wait=1', 'example=empty, wait=1'],
    ['dynamic=true, seed=7', 'dynamic=true, seed=7'],
    ['respond-async', null],
    ['', null],
  ])('200 for %s returns the applied preferences in Preference-Applied: %s', async (preference, applied) => {
    expect((await prefer(list, preference)).headers.get('Preference-Applied')).toBe(applied);
  });

  test('200 names the seed that the mock chose, which generates the same body again', async () => {
    const first = await prefer(list, 'dynamic=true');
    const again = await prefer(list, first.headers.get('Preference-Applied') as string);
    expect(((await again.json()) as Node).data).toEqual(((await first.json()) as Node).data);
  });

  test('200 ignores unknown preferences', async () => {
    expect((await prefer(list, 'respond-async, handling=lenient, __proto__=1')).status).toBe(200);
  });

  test('400 for a fault in the request takes precedence over the preferred response', async () => {
    const init = { headers: { prefer: 'code=404' } };
    const { error } = (await (await send(mock, '/api/v1/auth/whoami?colour=red', init)).json()) as Node;
    expect(error.code).toBe('parameter_unknown');
  });
});
