// The projection by audience, on contracts that are harder than ours. Publishable keys receive no secret, and the start
// fails for constructs that are not supported.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Contract } from '../../src/contract/document.ts';
import { createAudience } from '../../src/http/audience.ts';
import { rulesOf } from '../../src/http/rules.ts';
import { startFront } from '../contract/ownFront.ts';
import { keys } from '../support/client.ts';
import { guardOf } from '../support/guard.ts';
import type { Node } from '../support/judge.ts';
import { awkwardContract, cases, operation, rowsOf, secretWord } from './awkward.ts';

const plain = { type: 'object', properties: { name: { type: 'string', maxLength: 9 } } };
const audienceOf = (bodies: Record<string, Node>, more: Node = {}) => {
  const contract = awkwardContract({ '/things': { get: operation('getThing', bodies, more) } });
  const rows = rowsOf(contract);
  const audience = createAudience(() => contract);
  return (status: number, data: unknown, mediaType?: string) =>
    audience(rows[0] as (typeof rows)[number], status, { data } as object, mediaType) as { data?: unknown };
};

describe('removes secret fields from', () => {
  test.each(cases)('$title', ({ schema, full, seen }) => {
    expect(audienceOf({ 200: schema })(200, full)).toEqual({ data: seen });
  });

  test.each(cases)('$title, inside a field, a list, a map and a union', ({ schema, full, seen }) => {
    const around = [
      [{ type: 'object', properties: { inner: schema } }, (value: unknown) => ({ inner: value })],
      [{ type: 'array', items: schema }, (value: unknown) => [value]],
      [{ type: 'object', additionalProperties: schema }, (value: unknown) => ({ key: value })],
      [{ oneOf: [schema, { type: 'null' }] }, (value: unknown) => value],
      [{ allOf: [schema] }, (value: unknown) => value],
    ] as const;
    for (const [outer, put] of around) expect(audienceOf({ 200: outer })(200, put(full))).toEqual({ data: put(seen) });
  });

  test.each(cases)('$title, with a second status', ({ schema, full, seen }) => {
    const audience = audienceOf({ 200: plain, 202: schema });
    expect(audience(202, full)).toEqual({ data: seen });
    expect(audience(200, { name: 'a' })).toEqual({ data: { name: 'a' } });
  });

  test('every media type of a response', () => {
    const of = (schema: Node) => ({ schema: { type: 'object', properties: { data: schema } } });
    const [{ schema, full, seen }] = cases as [(typeof cases)[number]];
    const content = { 'application/json': of(plain), 'application/vnd.cstar+json': of(schema) };
    const audience = audienceOf({}, { responses: { 200: { description: '', content } } });
    expect(audience(200, full, 'application/vnd.cstar+json')).toEqual({ data: seen });
  });
});

test('404 if the resource itself is available to secret keys only', () => {
  const audience = audienceOf({ 200: { $ref: '#/components/schemas/Whisper' } });
  expect(() => audience(200, { content: secretWord, isInternal: true })).toThrow(
    expect.objectContaining({ code: 'resource_missing' }),
  );
  expect(audience(200, { content: 'a', isInternal: false })).toEqual({ data: { content: 'a' } });
});

test.each<[string, () => unknown]>([
  ['an undeclared status', () => audienceOf({ 200: plain })(201, {})],
  ['an undeclared media type', () => audienceOf({ 200: plain })(200, {}, 'text/csv')],
  [
    'a branch that the union does not have',
    () => {
      const { schema } = cases.find(({ title }) => title.startsWith('a union with its own')) as (typeof cases)[number];
      return audienceOf({ 200: schema })(200, [{ kind: 'bird', weight: secretWord }]);
    },
  ],
])('%s is not sent', (_, send) => {
  expect(send).toThrow(/has no response|no branch of the union/);
});

describe('the generation and the first use fail for', () => {
  const inner = { type: 'object', properties: { a: { type: 'string', 'x-audience': 'secret' } } };
  test.each<[string, Node, string]>([
    ['a condition', { ...plain, if: inner }, "uses 'if'"],
    ['a dependent schema', { ...plain, dependentSchemas: { a: inner } }, "uses 'dependentSchemas'"],
    ['not', { ...plain, not: inner }, "uses 'not'"],
    ['contains', { type: 'array', items: plain, contains: inner }, "uses 'contains'"],
    ['unevaluated properties', { ...plain, unevaluatedProperties: inner }, "uses 'unevaluatedProperties'"],
    ['a dynamic reference', { ...plain, $dynamicRef: '#x' }, "uses '$dynamicRef'"],
    ['an unknown keyword', { ...plain, secretProperties: inner }, "uses 'secretProperties'"],
    ['anything', {}, 'has no type'],
    ['an object without properties', { type: 'object' }, 'is an object without declared fields'],
    ['an object with undeclared properties', { ...plain, additionalProperties: true }, 'allows undeclared fields'],
    ['a list of anything', { type: 'array' }, "is an array without 'items'"],
    ['a tuple with undeclared items', { type: 'array', prefixItems: [plain] }, "is an array without 'items'"],
    [
      'one of these, deep inside',
      { type: 'array', items: { anyOf: [{ type: 'null' }, { ...plain, not: inner }] } },
      "uses 'not'",
    ],
  ])('%s', (_, schema, why) => {
    expect(() => audienceOf({ 200: plain, 202: schema })(200, {})).toThrow(`getThing 202 application/json.data`);
    expect(() => audienceOf({ 200: plain, 202: schema })(200, {})).toThrow(why);
  });

  test.each(['default', '2XX'])('a success response without a declared status: %s', (status) => {
    expect(() => audienceOf({ 200: plain, [status]: plain })(200, {})).toThrow(
      `getThing declares a success as '${status}'`,
    );
  });
});

describe('through the front', () => {
  const projected = cases.filter(({ schema }) => !/allOf|anyOf|oneOf|prefixItems/.test(JSON.stringify(schema))); // lint rejects these before the guard
  const contract: Contract = awkwardContract(
    Object.fromEntries(
      projected.map(({ schema }, i) => [
        `/things/${i}`,
        { get: operation(`getThing${i}`, { 200: plain, 202: schema }) },
      ]),
    ),
  );
  const operations = rowsOf(contract);
  let strict: Awaited<ReturnType<typeof startFront>>;
  let lenient: typeof strict;
  let planted: object | undefined;
  const violations: unknown[] = [];

  beforeAll(async () => {
    const shared = {
      operations,
      rules: rulesOf(() => contract),
      guard: guardOf(contract, operations),
      backend: (async ({ operation: { operationId } }, finish) => {
        const { full } = projected[Number(operationId.slice('getThing'.length))] as (typeof cases)[number];
        return finish(planted ? { status: 200, content: { data: planted } } : { status: 202, content: { data: full } });
      }) as Parameters<typeof startFront>[0]['backend'],
    };
    strict = await startFront(shared);
    lenient = await startFront({ ...shared, onViolation: (violation) => violations.push(violation) });
  });
  afterAll(() => Promise.all([strict.stop(), lenient.stop()]));

  const ask = async (front: typeof strict, path: string, key: string) => {
    const response = await fetch(`${front.url}${path}`, { headers: { authorization: `Bearer ${key}` } });
    return { status: response.status, text: await response.text() };
  };

  test.each(projected.map((one, i) => ({ ...one, path: `/things/${i}` })))(
    '202 with $title',
    async ({ path, full, seen }) => {
      const publishable = await ask(strict, path, keys.publishableTest);
      expect(publishable.text).not.toContain(secretWord);
      expect(JSON.parse(publishable.text).data).toEqual(seen);
      expect(publishable.status).toBe(202);
      expect(JSON.parse((await ask(strict, path, keys.secretTest)).text).data).toEqual(full);
    },
  );

  test('500 for a field that the contract lacks, even if violations are only logged', async () => {
    planted = { name: 'a', column: secretWord };
    const publishable = await ask(lenient, '/things/0', keys.publishableTest);
    expect([publishable.status, publishable.text.includes(secretWord)]).toEqual([500, false]);
    expect(violations.length).toBeGreaterThan(0);
    const secret = await ask(lenient, '/things/0', keys.secretTest);
    expect([secret.status, secret.text.includes(secretWord)]).toEqual([200, true]);
  });
});
