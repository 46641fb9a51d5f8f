// The second bundle, for client generators, has the same content as the first one.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { contract, type Node, operations } from '../support/judge.ts';

const clients: Node = JSON.parse(readFileSync('generated/openapi.clients.json', 'utf8'));
const schemas = Object.entries<Node>(clients.components.schemas);

/** Every object of a document. */
function* nodesOf(node: unknown): Generator<Node> {
  if (typeof node !== 'object' || node === null) return;
  yield node;
  for (const inner of Object.values(node)) yield* nodesOf(inner);
}

test('the bundle has the same operations with the same parameters, bodies and responses', () => {
  const told = ({ paths }: Node): unknown =>
    JSON.parse(JSON.stringify(paths, (key, value) => (key === 'security' || key === 'x-item' ? undefined : value)));
  expect(told(clients)).toEqual(told(contract));
  for (const section of ['parameters', 'headers', 'responses', 'examples'])
    for (const [name, component] of Object.entries<Node>(clients.components[section]))
      expect(component, name).toEqual(withoutFormats(contract.components[section][name]));
});

test('the schemas equal those of the contract, opened to new fields', () => {
  for (const [name, schema] of schemas) {
    const { 'x-enum-varnames': _, ...rest } = closed(schema);
    expect(rest, name).toEqual(closed(withoutFormats(contract.components.schemas[name])));
  }
});

test('the bundle has no webhooks and no components that only webhooks use', () => {
  expect(clients.webhooks).toBeUndefined();
  const references = new Set([...nodesOf(clients)].map(({ $ref }) => $ref));
  for (const section of ['schemas', 'parameters', 'headers', 'responses', 'examples'])
    for (const name of Object.keys(clients.components[section]))
      expect(references, name).toContain(`#/components/${section}/${name}`);
  for (const { name } of clients.tags)
    expect(
      operations.some(({ tags }) => tags[0] === name),
      name,
    ).toBe(true);
});

test('every operation that requires a key has the one security scheme, and no other operation has it', () => {
  expect(Object.keys(clients.components.securitySchemes)).toEqual(['apiKey']);
  for (const { path, method, security } of operations)
    expect(clients.paths[path][method].security).toEqual(security.length > 0 ? [{ apiKey: [] }] : []);
});

test('a string with a pattern has no format, because Python checks the pattern on a converted value', () => {
  expect([...nodesOf(clients)].filter(({ type, pattern, format }) => type && pattern && format)).toEqual([]);
});

test('enums have no constant names in common, because Go declares them in one scope', () => {
  const constants = schemas.flatMap(([, schema]): string[] => schema['x-enum-varnames'] ?? schema.enum ?? []);
  expect(constants.filter((name, index) => constants.indexOf(name) !== index)).toEqual([]);
  for (const [name, { enum: values, 'x-enum-varnames': names }] of schemas)
    if (names) expect(names, name).toHaveLength(values.length);
});

function withoutFormats(node: any): any {
  if (Array.isArray(node)) return node.map(withoutFormats);
  if (typeof node !== 'object' || node === null) return node;
  const { format, ...rest } = node;
  const copy = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withoutFormats(value)]));
  return format !== undefined && node.pattern === undefined ? { ...copy, format } : copy;
}

function closed(node: any): any {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  if (copy.additionalProperties === true) delete copy.additionalProperties;
  return copy;
}
