// Bodies that the mock generates, over an in-memory contract: every format that ajv checks and patterns with Unicode properties.
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import type { Contract, Schema } from '../../src/contract/document.ts';
import { loadContract } from '../../src/contract/load.ts';
import type { Call } from '../../src/http/answer.ts';
import type { Reply } from '../../src/http/idempotency.ts';
import { prismBackend } from '../../src/mock/backend.ts';

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);

const textFormats = Object.keys(ajv.formats).filter((name) => !/^(u?int\d*|float|double|number)$/.test(name));
const numberFormats = ['int32', 'int64', 'float', 'double'];
const patterns = [
  ...['^\\p{L}{1,20}$', '^[\\p{L}\\p{N} ._-]{1,20}$', '^\\p{Lu}\\p{Ll}+$', '^[^\\p{L}]{1,9}$', '^\\P{L}{2}$'],
  ...['^\\p{Script=Latin}{3}$', '^[\\p{Alphabetic}]+@[\\p{ASCII}]$', '^(?!0000)\\d{4}-\\d\\d$'],
];
const schemas: Record<string, Schema> = {
  ...Object.fromEntries(textFormats.map((format) => [`format ${format}`, { type: 'string', format, maxLength: 200 }])),
  ...Object.fromEntries(
    numberFormats.map((format) => [
      `format ${format}`,
      { type: format.startsWith('int') ? 'integer' : 'number', format, minimum: 0, maximum: 100 },
    ]),
  ),
  ...Object.fromEntries(patterns.map((pattern) => [`pattern ${pattern}`, { type: 'string', pattern, maxLength: 40 }])),
};

const fields = Object.fromEntries(Object.values(schemas).map((schema, i) => [`field${i}`, schema]));

/** The contract with all these fields in the response of getHealth. */
function planted(): Contract {
  const contract: Contract = structuredClone(loadContract());
  contract.components.schemas.Health = { type: 'object', properties: fields, required: Object.keys(fields) };
  return contract;
}

const backend = await prismBackend(planted(), (_call, run) => run());
const operation = {
  operationId: 'getHealth',
  method: 'GET',
  path: '/healthz',
  successStatus: 200,
  successes: {},
  query: [],
};

async function madeUp(seed: number): Promise<Record<string, unknown>> {
  const call = {
    operation: { ...operation, hasEnvelope: true },
    path: {},
    query: {},
    prefer: `dynamic=true, seed=${seed}`,
  };
  let made: { data?: Record<string, unknown> } = {};
  await backend({ ...call, now: new Date() } as unknown as Call, async ({ content }) => {
    made = content as typeof made;
    return {} as Reply;
  });
  return made.data ?? {};
}

const seeds = Array.from({ length: 25 }, (_, i) => i + 1);
const bodies = await Promise.all(seeds.map(madeUp));

test('the same seed generates the same body', async () => {
  expect(await madeUp(1)).toEqual(bodies[0]);
  expect(bodies[1]).not.toEqual(bodies[0]);
});

test.each(Object.keys(schemas).map((title, i) => ({ title, name: `field${i}` })))(
  'valid values of $title',
  ({ name }) => {
    const valid = ajv.compile(fields[name] as Schema);
    expect(bodies.map((body) => body[name]).filter((value) => !valid(value))).toEqual([]);
  },
);
