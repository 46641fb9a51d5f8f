// Text in paths and queries has exactly one meaning, without coercion by a validator.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Contract } from '../../src/contract/document.ts';
import { createExplain } from '../../src/http/explain.ts';
import { readQuery, typedPath } from '../../src/http/parameters.ts';
import { createRouter, type Operation } from '../../src/http/router.ts';
import { checkRequest } from '../../src/http/stages.ts';
import { goodRequest, sendDraft } from '../contract/requests.ts';
import { backends } from '../support/client.ts';
import { guardOf } from '../support/guard.ts';
import { written } from '../support/table.ts';
import { rowsOf } from './awkward.ts';

const bounds = { minimum: -100, maximum: 100 };
const integer = { type: 'integer', ...bounds };
const path = '/things/{rank}/{share}/{name}';
const contract = {
  openapi: '3.1.0',
  info: { title: 'Numbers', version: '1' },
  paths: {
    [path]: {
      get: {
        operationId: 'getThing',
        tags: ['Things'],
        security: [],
        parameters: [
          { name: 'rank', in: 'path', required: true, schema: { $ref: '#/components/schemas/Rank' } },
          { name: 'share', in: 'path', required: true, schema: { type: 'number', ...bounds } },
          { name: 'name', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'level', in: 'query', schema: integer },
          {
            name: 'owner',
            in: 'query',
            schema: { anyOf: [{ $ref: '#/components/schemas/Code' }, { type: 'string', maxLength: 1 }] },
          },
          { name: 'ratio', in: 'query', schema: { type: 'number', ...bounds } },
          { name: 'levels', in: 'query', schema: { type: 'array', maxItems: 3, items: integer } },
        ],
        responses: { 200: { description: 'It.', content: { 'application/json': { schema: { type: 'object' } } } } },
      },
    },
  },
  components: {
    headers: {},
    schemas: {
      Rank: integer,
      Code: { type: 'string', pattern: '^["a-z]{3}$' },
      Version: { enum: [] },
      Error: { type: 'object' },
    },
  },
} as unknown as Contract;

const [operation] = rowsOf(contract) as [Operation]; // the contract has one
const find = createRouter([operation]);
const server = createServer();
const ask = async (target: string) => {
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${target}`);
  return { status: response.status, body: await response.json() };
};

beforeAll(async () => {
  const guard = guardOf(contract, [operation]);
  const answerError: ErrorRequestHandler = (error, _req, res, _next) =>
    void res.status(error.status ?? 500).json({ param: error.param, message: error.message });
  const app = express();
  app.use((req, _res, next) => {
    req.context = { operation, params: find(req.path)?.params } as never;
    readQuery(req);
    next();
  });
  const check = checkRequest(
    guard,
    createExplain(() => contract),
  );
  app.use(async (req, res, next) => {
    await check(req, res);
    next();
  });
  app.use((req, res) => void res.json({ path: typedPath(operation, req.context.params), query: req.context.query }));
  app.use(answerError);
  server.on('request', app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const integers = ['0', '5', '-5', '007', '100'];
const fractions = ['1.5', '-0.25', '1.0'];
const others = [
  '0x10',
  '1e1',
  '2e3',
  '%2B5',
  '+5',
  '%205',
  '5%20',
  '%095',
  '5%0A',
  '1_0',
  '1,0',
  '٣',
  'NaN',
  'Infinity',
  '1e999',
  '.5',
  '5.',
  '--5',
  '5n',
  'x',
  '%225%22',
  'null',
  'true',
];

describe('a number in a path', () => {
  test.each(integers)('arrives as a number from %s', async (text) => {
    const { status, body } = await ask(`/things/${text}/1/7`);
    expect([status, body.path]).toEqual([200, { rank: Number(text), share: 1, name: '7' }]);
  });

  test.each([...integers, ...fractions])('accepts a fraction if the contract declares number: %s', async (text) => {
    const { status, body } = await ask(`/things/1/${text}/x`);
    expect([status, body.path.share]).toEqual([200, Number(text)]);
  });

  test.each([...fractions, ...others])('is not an integer: %s', async (text) => {
    const { status, body } = await ask(`/things/${text}/1/x`);
    expect([status, body]).toEqual([400, { param: 'rank', message: "'rank' must be an integer from -100 to 100." }]);
  });

  test.each(others)('is not a number: %s', async (text) => {
    const { status, body } = await ask(`/things/1/${text}/x`);
    expect([status, body]).toEqual([400, { param: 'share', message: "'share' must be a number from -100 to 100." }]);
  });
});

describe('a number in a query', () => {
  test.each(integers)('arrives as a number from %s', async (text) => {
    const { status, body } = await ask(`/things/1/1/x?level=${text}&levels=${text}&levels=2`);
    expect([status, body.query]).toEqual([200, { level: Number(text), levels: [Number(text), 2] }]);
  });

  test.each([...fractions, ...others, ''])('is not an integer: %j', async (text) => {
    for (const [query, param] of [
      [`level=${text}`, 'level'],
      [`levels=1&levels=${text}`, 'levels.1'],
    ]) {
      const { status, body } = await ask(`/things/1/1/x?${query}`);
      expect([status, body.param]).toEqual([400, param]);
    }
  });

  test.each(others)('is not a number: %j', async (text) => {
    expect((await ask(`/things/1/1/x?ratio=${text}`)).status).toBe(400);
  });

  test('is rejected if it is repeated', async () => {
    const { status, body } = await ask('/things/1/1/x?level=1&level=2');
    expect([status, body]).toEqual([400, { param: 'level', message: "'level' can be given only once." }]);
  });
});

describe('a string with several allowed schemas', () => {
  test.each(['abc', '"b"', 'x'])('arrives unchanged: %s', async (text) => {
    const { status, body } = await ask(`/things/1/1/x?owner=${encodeURIComponent(text)}`);
    expect([status, body.query]).toEqual([200, { owner: text }]);
  });

  test.each(['"abc"', '{"a":1}', '["abc"]', 'null', '12'])('is not parsed as JSON: %s', async (text) => {
    const { status, body } = await ask(`/things/1/1/x?owner=${encodeURIComponent(text)}`);
    expect([status, body.param]).toEqual([400, 'owner']);
  });
});

test('a parameter after a thousand others is not ignored', async () => {
  const { status, body } = await ask(`/things/1/1/x?${'&'.repeat(1_000)}unknown=1`);
  expect([status, body.param]).toEqual([400, 'unknown']);
});

const numeric = written.flatMap((operation) =>
  operation.numbers.map(({ in: place, name }) => ({ operation, place, name, operationId: operation.operationId })),
);

describe.each(backends)('every number in the contract, on $name', (backend) => {
  test.each(numeric)('$operationId rejects other spellings of $name', async ({ operation, place, name }) => {
    const good = goodRequest(operation);
    for (const text of ['0x10', '1e1', '+5', ' 5', '5.0', '']) {
      const draft =
        place === 'query' ? { ...good, query: { [name]: text } } : { ...good, path: { ...good.path, [name]: text } };
      const response = await sendDraft(backend, draft);
      const { error } = (await response.json()) as { error: { param: string } };
      expect([response.status, error.param], text).toEqual([400, name]);
    }
  });
});
