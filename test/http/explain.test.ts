// The messages for faults in any kind of schema: unions, conditions, unusual enumerations and all kinds of numbers.
import { describe, expect, test } from 'vitest';
import type { Contract } from '../../src/contract/document.ts';
import { createExplain } from '../../src/http/explain.ts';

const card = {
  type: 'object',
  required: ['kind', 'number'],
  properties: { kind: { const: 'card' }, number: { type: 'string', minLength: 4 } },
};
const bank = {
  type: 'object',
  required: ['kind', 'iban'],
  properties: { kind: { type: 'string', enum: ['bank', 'giro'] }, iban: { type: 'string' } },
};
const properties = {
  colour: { type: ['string', 'null'], enum: ['red', 'green', '', null] },
  state: { type: 'string', enum: ['on', ''] },
  mode: { const: 'fast' },
  count: { type: ['integer', 'null'], minimum: 1, maximum: 9 },
  step: { type: 'integer', multipleOf: 5, minimum: 0 },
  ratio: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
  when: { type: ['string', 'null'], format: 'date-time' },
  code: { type: 'string', pattern: '^[A-Z]{3}$', examples: ['EUR', 'USD'] },
  secret: { type: 'string', pattern: '^[a-z]{99}$' },
  id: {
    type: 'string',
    pattern: '^(tkt_[0-9A-Za-z]{12}|[0-9a-f-]{36})$',
    minLength: 16,
    maxLength: 36,
    examples: ['tkt_a1B2c3D4e5F6'],
  },
  pair: { anyOf: [{ $ref: '#/components/schemas/Short' }, { type: 'string', format: 'uuid' }, { type: 'null' }] },
  pay: { oneOf: [{ $ref: '#/components/schemas/Card' }, { $ref: '#/components/schemas/Bank' }] },
  named: {
    anyOf: [{ $ref: '#/components/schemas/Card' }, { $ref: '#/components/schemas/Bank' }, { type: 'null' }],
    discriminator: { propertyName: 'kind' },
  },
  shape: {
    anyOf: [
      {
        type: 'object',
        additionalProperties: false,
        required: ['width'],
        properties: { width: { type: 'integer' }, height: { type: 'integer' } },
      },
      {
        type: 'object',
        additionalProperties: false,
        required: ['radius'],
        properties: { radius: { type: 'integer' } },
      },
    ],
  },
  contact: {
    type: 'object',
    anyOf: [{ required: ['email'] }, { required: ['phone'] }],
    properties: { email: { type: 'string' }, phone: { type: 'string' } },
  },
  only: {
    type: 'object',
    oneOf: [{ required: ['a'] }, { required: ['b'] }],
    properties: { a: { type: 'string' }, b: { type: 'string' } },
  },
  never: { type: 'object', not: { required: ['a', 'b'] } },
  list: {
    type: 'array',
    minItems: 2,
    maxItems: 3,
    uniqueItems: true,
    items: { type: 'object', required: ['a/b'], properties: { 'a/b': { type: 'boolean' } } },
  },
  map: {
    type: 'object',
    maxProperties: 1,
    propertyNames: { pattern: '^[a-z]+$' },
    'x-keys': 'lower-case letters',
    additionalProperties: { type: 'string', maxLength: 1 },
  },
  either: JSON.parse('{"if":{"required":["a"]},"then":{"required":["b"]}}'), // an object with `then` looks like a promise
  after: { dependentSchemas: { a: { required: ['b'] } } },
  part: { allOf: [{ type: 'object', required: ['x'] }, { properties: { x: { type: 'integer' } } }] },
};
const operation = {
  operationId: 'createThing',
  tags: ['Things'],
  parameters: [
    { name: 'thingId', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } },
    { name: 'sort', in: 'query', schema: { type: 'string', enum: ['up', 'down', 'none'] } },
    { name: 'ids', in: 'query', schema: { type: 'array', maxItems: 2, items: { type: 'integer' } } },
    { name: 'deep', in: 'query', schema: { type: 'boolean' } },
    { name: 'since', in: 'query', required: true, schema: { type: 'string' } },
    { name: 'X-Colour', in: 'header', required: true, schema: { type: 'string', maxLength: 3 } },
  ],
  requestBody: {
    content: {
      'application/json': {
        schema: {
          type: 'object',
          additionalProperties: false,
          properties,
          dependentSchemas: { code: { properties: { id: false } } },
          dependentRequired: { mode: ['state'] },
        },
      },
    },
  },
};
const contract = {
  paths: { '/things/{thingId}': { post: operation } },
  components: { schemas: { Card: card, Bank: bank, Short: { type: 'string', pattern: '^x+$', examples: ['xx'] } } },
} as unknown as Contract;
const explain = createExplain(() => contract);

type Asked = { body?: unknown; query?: string; thingId?: string; headers?: Record<string, string> };
function told({ body, query = 'since=x', thingId = '1', headers = { 'x-colour': 'red' } }: Asked): string[] {
  const { code, param, message } = explain({
    context: {
      operation: { path: '/things/{thingId}', method: 'POST', query: ['sort', 'ids', 'deep', 'since'], numbers: [] },
      params: { thingId },
      sent: body === undefined ? undefined : () => body,
    },
    headers: { 'content-type': 'application/json' },
    originalUrl: `/things/${thingId}?${query}`,
    get: (name: string) => headers[name.toLowerCase()],
  } as never);
  return [code.replace('parameter_', ''), String(param), message];
}

const bodies: [body: unknown, ...expected: string[]][] = [
  [[], 'invalid', 'body', 'The request body must be an object.'],
  ['text', 'invalid', 'body', 'The request body must be an object.'],
  [{ color: 1 }, 'unknown', 'color', "'color' is not a known field."],
  [{ colour: 'blue' }, 'invalid', 'colour', "'colour' must be one of red, green, an empty string or null."],
  [{ state: 'off' }, 'invalid', 'state', "'state' must be on or an empty string."],
  [{ mode: 'slow', state: '' }, 'invalid', 'mode', "'mode' must be fast."],
  [{ mode: 'fast' }, 'missing', 'state', "'state' is required when 'mode' is sent."],
  [{ count: 'x' }, 'invalid', 'count', "'count' must be an integer from 1 to 9 or null."],
  [{ count: 10 }, 'invalid', 'count', "'count' must be an integer from 1 to 9 or null."],
  [{ step: 7 }, 'invalid', 'step', "'step' must be an integer of at least 0 and divisible by 5."],
  [{ ratio: 1 }, 'invalid', 'ratio', "'ratio' must be a number greater than 0 and less than 1."],
  [{ when: '' }, 'invalid', 'when', "'when' must be a date-time with a time zone or null."],
  [{ code: 'eur' }, 'invalid', 'code', "'code' must be a string such as EUR or USD."],
  [{ code: 'EUR', id: 'tkt_a1B2c3D4e5F6' }, 'invalid', 'id', "'id' cannot be sent together with 'code'."],
  [{ secret: 'x' }, 'invalid', 'secret', "'secret' must be a string in the form that the reference describes."],
  [{ id: 'tkt_1' }, 'invalid', 'id', "'id' must be a string such as tkt_a1B2c3D4e5F6."],
  [{ id: 'x'.repeat(37) }, 'invalid', 'id', "'id' must be a string such as tkt_a1B2c3D4e5F6."],
  [{ pair: 'y' }, 'invalid', 'pair', "'pair' must be a string such as xx, a UUID, or null."],
  [{ pair: 1 }, 'invalid', 'pair', "'pair' must be a string such as xx, a UUID, or null."],
  [{ pay: {} }, 'missing', 'pay.kind', "'pay.kind' is required."],
  [{ pay: { kind: 'cash' } }, 'invalid', 'pay.kind', "'pay.kind' must be one of card, bank, giro."],
  [{ pay: { kind: 'bank', number: '1234' } }, 'missing', 'pay.iban', "'pay.iban' is required."],
  [{ pay: { kind: 'card', number: '1' } }, 'invalid', 'pay.number', "'pay.number' must have at least 4 characters."],
  [{ pay: 'card' }, 'invalid', 'pay', "'pay' must be an object."],
  [{ named: { kind: 'giro', iban: 1 } }, 'invalid', 'named.iban', "'named.iban' must be a string."],
  [{ named: [] }, 'invalid', 'named', "'named' must be an object or null."],
  [{ shape: { width: 'x' } }, 'invalid', 'shape.width', "'shape.width' must be an integer."],
  [{ shape: { radius: 1, diameter: 2 } }, 'unknown', 'shape.diameter', "'shape.diameter' is not a known field."],
  [{ contact: {} }, 'missing', 'contact.email', "'contact.email' or 'contact.phone' is required."],
  [{ only: { a: '', b: '' } }, 'invalid', 'only.b', "'only.b' cannot be sent together with 'only.a'."],
  [{ never: { a: 1, b: 1 } }, 'invalid', 'never.b', "'never.b' cannot be sent together with 'never.a'."],
  [{ list: [] }, 'invalid', 'list', "'list' must have at least 2 items."],
  [{ list: [{ 'a/b': true }, { 'a/b': true }] }, 'invalid', 'list', "'list' must not contain the same item twice."],
  [{ list: [{ 'a/b': true }, {}] }, 'missing', 'list.1.a/b', "'list.1.a/b' is required."],
  [{ list: [{ 'a/b': true }, { 'a/b': 1 }] }, 'invalid', 'list.1.a/b', "'list.1.a/b' must be true or false."],
  [{ map: { A: 'x' } }, 'invalid', 'map.A', "'map.A' is not a valid key: a key is lower-case letters."],
  [{ map: { a: 'x', b: 'y' } }, 'invalid', 'map', "'map' must have at most 1 field."],
  [{ map: { a: 'xy' } }, 'invalid', 'map.a', "'map.a' must have at most 1 character."],
  [{ either: { a: 1 } }, 'missing', 'either.b', "'either.b' is required."],
  [{ after: { a: 1 } }, 'missing', 'after.b', "'after.b' is required."],
  [{ part: {} }, 'missing', 'part.x', "'part.x' is required."],
  [{ part: { x: 'y' } }, 'invalid', 'part.x', "'part.x' must be an integer."],
];
const requests: [asked: Asked, ...expected: string[]][] = [
  [{ thingId: '2e3' }, 'invalid', 'thingId', "'thingId' must be an integer of at least 1."],
  [{ query: '' }, 'missing', 'since', "'since' is required."],
  [{ query: 'since=x&sort=left' }, 'invalid', 'sort', "'sort' must be one of up, down, none."],
  [{ query: 'since=x&sort=up&sort=up' }, 'invalid', 'sort', "'sort' can be given only once."],
  [{ query: 'since=x&deep=1' }, 'invalid', 'deep', "'deep' must be true or false."],
  [{ query: 'since=x&ids=1&ids=0x1' }, 'invalid', 'ids.1', "'ids.1' must be an integer."],
  [{ query: 'since=x&ids=1&ids=2&ids=3' }, 'invalid', 'ids', "'ids' must have at most 2 items."],
  [{ query: 'since=x&order=up' }, 'unknown', 'order', "'order' is not a known parameter."],
  [{ headers: {} }, 'missing', 'X-Colour', "'X-Colour' is required."],
  [{ headers: { 'x-colour': 'green' } }, 'invalid', 'X-Colour', "'X-Colour' must have at most 3 characters."],
];

describe('the reason for a rejection', () => {
  test.each(bodies)('of the body %j states what is expected', (body, ...expected) => {
    expect(told({ body })).toEqual(expected);
  });

  test.each(requests)('of the request %j states what is expected', (asked, ...expected) => {
    expect(told(asked)).toEqual(expected);
  });

  test('is the first fault in the order path, query, headers, body', () => {
    const asked = { thingId: 'x', query: 'a=1', headers: {}, body: [] };
    expect(told(asked)[1]).toBe('thingId');
    expect(told({ ...asked, thingId: '1' })[1]).toBe('a');
    expect(told({ ...asked, thingId: '1', query: 'since=x' })[1]).toBe('X-Colour');
    expect(told({ ...asked, thingId: '1', query: 'since=x', headers: { 'x-colour': 'red' } })[1]).toBe('body');
  });
});
