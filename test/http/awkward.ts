// An unpublished contract with operations that are harder to project than ours: a second status, a second media type,
// maps, unions, tuples, intersections and a recursive schema. Every secret text in its bodies is the same word.

import type { Contract } from '../../src/contract/document.ts';
import { loadContract } from '../../src/contract/load.ts';
import { operationRows } from '../../src/contract/print.ts';
import type { Operation } from '../../src/http/router.ts';
import type { Node } from '../support/judge.ts';

export const secretWord = 'only-for-secret-keys';
const text = { type: 'string', maxLength: 99 };
const secret = { ...text, 'x-audience': 'secret' };
const ref = (name: string): Node => ({ $ref: `#/components/schemas/${name}` });
const object = (properties: Node, more: Node = {}): Node => ({ type: 'object', properties, ...more });
const listOf = (items: Node): Node => ({ type: 'array', items, maxItems: 9 });

const schemas: Node = {
  Thing: object({ name: text, note: secret, list: listOf(ref('Whisper')) }, { required: ['name'] }),
  Whisper: object(
    { content: text, isInternal: { type: 'boolean', 'x-audience': 'secret' } },
    { 'x-secret-when': 'isInternal' },
  ),
  SecretText: secret,
  Cat: object({ kind: { const: 'cat' }, purr: text, weight: secret }),
  Dog: object({ kind: { const: 'dog' }, weight: text, owner: ref('SecretText') }),
  Tree: object({ name: text, note: secret, children: listOf(ref('Tree')) }),
};

type Case = { title: string; schema: Node; full: unknown; seen: unknown };
const s = secretWord;
const thing = {
  name: 'a',
  note: s,
  list: [
    { content: 'b', isInternal: false },
    { content: s, isInternal: true },
  ],
};
const seenThing = { name: 'a', list: [{ content: 'b' }] };
const animals = { oneOf: [ref('Cat'), ref('Dog')], discriminator: { propertyName: 'kind' } };
const mapped = {
  ...animals,
  discriminator: { propertyName: 'kind', mapping: { cat: '#/components/schemas/Cat', dog: 'Dog' } },
};
const cat = { kind: 'cat', purr: 'r', weight: s };
const dog = { kind: 'dog', weight: 'heavy', owner: s };

/** The schema, the content that a handler returns, and the part that a publishable key can see. */
export const cases: Case[] = [
  { title: 'a field', schema: ref('Thing'), full: thing, seen: seenThing },
  { title: 'a list', schema: listOf(ref('Thing')), full: [thing, thing], seen: [seenThing, seenThing] },
  {
    title: 'a map',
    schema: { type: 'object', additionalProperties: ref('Thing') },
    full: { x: thing },
    seen: { x: seenThing },
  },
  {
    title: 'a map beside fields',
    schema: object({ total: text }, { additionalProperties: ref('Thing') }),
    full: { total: '1', x: thing },
    seen: { total: '1', x: seenThing },
  },
  {
    title: 'a map of conditionally secret items',
    schema: { type: 'object', additionalProperties: ref('Whisper') },
    full: { x: thing.list[0], y: thing.list[1] },
    seen: { x: { content: 'b' } },
  },
  {
    title: 'a map of secrets',
    schema: object({ a: text }, { additionalProperties: secret }),
    full: { a: '1', b: s },
    seen: { a: '1' },
  },
  {
    title: 'fields by pattern',
    schema: { type: 'object', patternProperties: { '^x-': secret, '^y-': ref('Thing') } },
    full: { 'x-a': s, 'y-a': thing },
    seen: { 'y-a': seenThing },
  },
  {
    title: 'a pattern that matches a field',
    schema: object({ 'x-a': text, b: text }, { patternProperties: { '^x-': secret } }),
    full: { 'x-a': s, b: '1' },
    seen: { b: '1' },
  },
  {
    title: 'a tuple',
    schema: { type: 'array', prefixItems: [text, ref('Thing')], items: ref('Whisper') },
    full: ['1', thing, ...thing.list],
    seen: ['1', seenThing, { content: 'b' }],
  },
  { title: 'a list of lists', schema: listOf(listOf(ref('Thing'))), full: [[thing]], seen: [[seenThing]] },
  {
    title: 'an intersection',
    schema: { allOf: [ref('Thing'), object({ more: secret })] },
    full: { ...thing, more: s },
    seen: seenThing,
  },
  {
    title: 'a field in several intersected schemas',
    schema: object({ t: { allOf: [text, ref('SecretText')] } }),
    full: { t: s },
    seen: {},
  },
  {
    title: 'a union with a discriminator, its first branch',
    schema: animals,
    full: { ...cat, kind: 'Cat' },
    seen: { kind: 'Cat', purr: 'r' },
  },
  {
    title: 'a union with its own discriminator names',
    schema: listOf(mapped),
    full: [cat, dog],
    seen: [
      { kind: 'cat', purr: 'r' },
      { kind: 'dog', weight: 'heavy' },
    ],
  },
  {
    title: 'a union without a discriminator: secret in one branch is secret',
    schema: { anyOf: [ref('Cat'), ref('Dog')] },
    full: dog,
    seen: { kind: 'dog' },
  },
  {
    title: 'a field that can be null',
    schema: object({ t: { anyOf: [ref('Thing'), { type: 'null' }] }, n: { anyOf: [ref('Thing'), { type: 'null' }] } }),
    full: { t: thing, n: null },
    seen: { t: seenThing, n: null },
  },
  {
    title: 'an object that can be null',
    schema: object({ t: { type: ['object', 'null'], properties: { a: secret, b: text } } }),
    full: { t: { a: s, b: '1' } },
    seen: { t: { b: '1' } },
  },
  {
    title: 'a recursive schema',
    schema: ref('Tree'),
    full: { name: 'a', note: s, children: [{ name: 'b', note: s, children: [{ name: 'c', note: s }] }] },
    seen: { name: 'a', children: [{ name: 'b', children: [{ name: 'c' }] }] },
  },
  {
    title: 'a field with the name of a keyword',
    schema: object({ properties: secret, default: secret, items: text }),
    full: { properties: s, default: s, items: '1' },
    seen: { items: '1' },
  },
];

const response = (schema: Node, mediaTypes = ['application/json']): Node => ({
  description: 'Planted.',
  headers: {},
  content: Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema }])),
});
const enveloped = (schema: Node): Node =>
  object({ success: { type: 'boolean' }, data: schema, meta: ref('Meta') }, { required: ['success', 'data', 'meta'] });
const security = [{ secretKey: [] }, { publishableKey: [] }];

/** Our components with the paths of an awkward API. */
export function awkwardContract(paths: Node, more: Node = {}): Contract {
  const contract = loadContract() as Node;
  return {
    ...contract,
    webhooks: {},
    paths,
    components: { ...contract.components, schemas: { ...contract.components.schemas, ...schemas, ...more } },
  } as Contract;
}

/** An operation with these response bodies, by status. */
export const operation = (operationId: string, bodies: Record<string, Node>, more: Node = {}): Node => ({
  operationId,
  tags: ['Tickets'],
  summary: 'Planted',
  security,
  parameters: [],
  responses: Object.fromEntries(
    Object.entries(bodies).map(([status, schema]) => [status, response(enveloped(schema))]),
  ),
  ...more,
});

export const rowsOf = (contract: Contract): Operation[] => operationRows(contract) as Operation[]; // IDs in another form than ours
