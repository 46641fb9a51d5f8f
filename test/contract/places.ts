// Walks a success body along its schema, to find the objects of the contract and the fields for secret keys only.
import { follow, type Node } from '../support/judge.ts';
import { inContract, jsonOf, type TableEntry } from '../support/table.ts';

/** An object in a body: the keys that lead to it, and its schema. */
export type Place = { at: string; keys: (string | number)[]; schema: Node };

export const successSchema = (operation: TableEntry): Node => (jsonOf(operation) as Node).schema;

/** The schemas of all success bodies of the operation. */
export const successSchemas = (operation: TableEntry): Node[] =>
  Object.entries<Node>(inContract(operation).responses)
    .filter(([status]) => status < '400')
    .flatMap(([, response]) => Object.values<Node>(follow(response).content ?? {}).map(({ schema }) => schema));

/** The schema, and all schemas that describe the same value. */
function described(schema: Node): Node[] {
  const own = follow(schema);
  const { allOf = [], anyOf = [], oneOf = [] } = own;
  return [own, ...[...allOf, ...anyOf, ...oneOf].flatMap(described)];
}

/** The schemas of a field or item of such a value. */
function within(schema: Node, key: string | number): Node[] {
  return described(schema).flatMap(
    ({ properties, patternProperties = {}, additionalProperties, prefixItems, items }) => {
      if (typeof key === 'number') return [prefixItems?.[key] ?? items].filter(Boolean);
      const found = [
        properties?.[key],
        ...Object.keys(patternProperties).map((pattern) => new RegExp(pattern).test(key) && patternProperties[pattern]),
      ].filter(Boolean);
      return found.length > 0 || typeof additionalProperties !== 'object' ? found : [additionalProperties];
    },
  );
}

/** Every object of the body with named fields, including the body itself. */
export function placesOf(schema: Node, value: unknown, keys: (string | number)[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.entries(value).flatMap(([name, one]) => {
    const key = Array.isArray(value) ? Number(name) : name;
    return within(schema, key).flatMap((inner) => placesOf(inner, one, [...keys, key]));
  });
  const at = keys.map((key) => (typeof key === 'number' ? '[]' : `.${key}`)).join('') || 'the body';
  const own = described(schema).filter(({ properties }) => properties && !Array.isArray(value));
  return [...own.map((one) => ({ at, keys, schema: one })), ...inside];
}

/** The names of all secret fields in a body with this schema; `*` for the values of a map. */
export function secretNamesIn(schema: Node, seen = new Set<Node>()): string[] {
  return described(schema).flatMap((one) => {
    if (seen.has(one)) return [];
    seen.add(one);
    const { properties = {}, patternProperties = {}, additionalProperties, prefixItems = [], items } = one;
    const maps = [...Object.values<Node>(patternProperties), additionalProperties].filter(
      (map) => map?.type ?? map?.$ref,
    );
    const inner: Node[] = [...Object.values<Node>(properties), ...maps, ...prefixItems, ...(items ? [items] : [])];
    const secretMaps = maps.some((map) => secretFieldsOf({ properties: { '*': map } }).length > 0);
    return [
      ...secretFieldsOf({ properties }),
      ...(secretMaps ? ['*'] : []),
      ...inner.flatMap((map) => secretNamesIn(map, seen)),
    ];
  });
}

/** The value at a place. */
export const at = (body: any, { keys }: Place): any => keys.reduce((node, key) => node[key], body);

export const secretFieldsOf = ({ properties }: Node): string[] =>
  Object.keys(properties).filter(
    (name) => (properties[name]['x-audience'] ?? follow(properties[name])['x-audience']) === 'secret',
  );
