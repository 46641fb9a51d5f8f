// The operation table for operations that are declared differently from ours.
import { expect, test } from 'vitest';
import { awkwardContract, operation, rowsOf } from '../http/awkward.ts';
import type { Node } from '../support/judge.ts';

const text = { type: 'string', maxLength: 99 };
const once = { ...text, 'x-shown-once': true };
const object = (properties: Node) => ({ type: 'object', properties });
const rowOf = (bodies: Record<string, Node>, more: Node = {}) =>
  rowsOf(awkwardContract({ '/things/{thingId}': { post: operation('createThing', bodies, more) } }, { Once: once }))[0];

test.each<[string, Node]>([
  ['a field', object({ key: once })],
  ['a reference', object({ key: { $ref: '#/components/schemas/Once' } })],
  ['a list', { type: 'array', items: object({ key: once }) }],
  ['a map', { type: 'object', additionalProperties: object({ key: once }) }],
  ['a map by pattern', { type: 'object', patternProperties: { '^k': once } }],
  ['a tuple', { type: 'array', prefixItems: [once], items: text }],
  ['a union', { oneOf: [object({ key: once }), { type: 'null' }] }],
  ['a field with the name of a keyword', object({ default: once })],
])('marks a secret that is shown once in %s, with the first status or the second', (_, schema) => {
  expect(rowOf({ 201: schema })?.showsSecret).toBe(true);
  expect(rowOf({ 201: object({}), 202: schema })?.showsSecret).toBe(true);
  expect(rowOf({ 201: object({ key: text }) })?.showsSecret).toBe(false);
});

const uuid = { $ref: '#/components/schemas/Uuid' };
test.each<[string, Node, boolean]>([
  ['a UUID', uuid, true],
  ['an id or a UUID', { anyOf: [{ type: 'string', pattern: '^thg_[0-9A-Za-z]{12}$' }, uuid] }, true],
  [
    'both in one pattern',
    { type: 'string', pattern: '^(thg_[0-9A-Za-z]{12}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$' },
    true,
  ],
  ['a prefixed id', { type: 'string', pattern: '^thg_[0-9A-Za-z]{22}$' }, false],
  ['a slug', { type: 'string', pattern: '^[a-z0-9-]{1,60}$' }, false],
  ['any text', text, false],
])('states whether a path parameter can be a UUID: %s', (_, schema, admits) => {
  const parameters = [{ name: 'thingId', in: 'path', required: true, schema }];
  expect(rowOf({ 201: object({}) }, { parameters })?.uuidParams).toEqual(admits ? ['thingId'] : []);
});
