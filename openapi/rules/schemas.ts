// Iterators over the schemas of the bundle.
import type { Contract, Schema } from '../../src/contract/document.ts';
import { bodiesOf } from './bodies.ts';
import type { Place } from './rule.ts';

/** A schema and its place. A condition (`if`, `dependentSchemas`, ...) only narrows another schema and is not complete. */
export type Standing = { schema: Schema; at: Place; isCondition: boolean };

const conditions = ['if', 'then', 'else', 'not'];
const combinators = ['allOf', 'anyOf', 'oneOf'];
const single = [
  'items',
  'additionalProperties',
  'unevaluatedProperties',
  'unevaluatedItems',
  'contains',
  'propertyNames',
];
const listed = [...combinators, 'prefixItems'];
const mapped = ['properties', 'patternProperties', 'dependentSchemas', '$defs'];

/** Every schema in the bundle, once. */
export function* everySchema({ paths, components }: Contract): Generator<Standing> {
  const { schemas, ...others } = components;
  for (const [name, schema] of Object.entries(schemas)) yield* within(root(schema, ['components', 'schemas', name]));
  for (const standing of [...schemasUnder(paths, ['paths']), ...schemasUnder(others, ['components'])])
    yield* within(standing);
}

/** The schemas at the root of a parameter, header or media type. */
export function* schemasUnder(node: unknown, at: Place): Generator<Standing> {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node))
    if (key === 'schema' || key === 'x-item') yield root(value, [...at, key]);
    else if (key !== 'example' && key !== 'examples' && key !== 'x-items') yield* schemasUnder(value, [...at, key]);
}

/** All schemas of request or response bodies. References are followed. */
export function* reached(contract: Contract, from: 'request' | 'response'): Generator<Standing> {
  const seen = new Set<Schema>();
  const open = [...bodiesOf(contract)]
    .filter(({ direction }) => direction === from)
    .flatMap(({ media, at }) =>
      (['schema', 'x-item'] as const).flatMap((key) => (media[key] ? [root(media[key], [...at, key])] : [])),
    );
  for (let next = open.pop(); next; next = open.pop()) {
    if (seen.has(next.schema)) continue;
    seen.add(next.schema);
    yield next;
    open.push(...parts(next), ...target(contract, next));
  }
}

/** The schemas directly inside this schema. References are not followed. */
export function* parts({ schema, at, isCondition }: Standing): Generator<Standing> {
  const part = (value: unknown, keys: Place, narrows = false): Standing[] =>
    typeof value === 'object' && value !== null
      ? [{ schema: value as Schema, at: [...at, ...keys], isCondition: isCondition || narrows }]
      : [];
  for (const key of single) yield* part(schema[key], [key]);
  for (const key of conditions) yield* part(schema[key], [key], true);
  for (const key of listed)
    for (const [index, one] of Object.entries(schema[key] ?? []))
      yield* part(one, [key, Number(index)], combinators.includes(key) && schema.type !== undefined);
  for (const key of mapped)
    for (const [name, one] of Object.entries(schema[key] ?? {}))
      yield* part(one, [key, name], key === 'dependentSchemas');
}

/** The schema that a `$ref` points to, if there is one. */
export function target(contract: Contract, { schema, isCondition }: Standing): Standing[] {
  const name = schema.$ref?.split('/').at(-1) ?? '';
  const found = contract.components.schemas[name];
  return found ? [{ schema: found, at: ['components', 'schemas', name], isCondition }] : [];
}

export const typesOf = ({ type }: Schema): unknown[] => [type ?? []].flat();

function* within(standing: Standing): Generator<Standing> {
  yield standing;
  for (const part of parts(standing)) yield* within(part);
}

const root = (schema: unknown, at: Place): Standing => ({ schema: schema as Schema, at, isCondition: false });
