// Walks a success body along its schema: where the contract has objects, and which of their fields are for secret keys only.
import { follow, type Node } from '../support/judge.ts';
import { inContract, type TableEntry } from './requests.ts';

/** An object in a body, by the keys that lead there, and what the contract says of it. */
export type Place = { at: string; keys: (string | number)[]; schema: Node };

export const successSchema = (operation: TableEntry): Node =>
  inContract(operation).responses[operation.successStatus].content['application/json'].schema;

/** Every object of the body that has fields by name, the body itself included. */
export function placesOf(schema: Node, value: unknown, keys: (string | number)[] = []): Place[] {
  const { properties, items } = follow(schema);
  if (Array.isArray(value)) return value.flatMap((one, i) => placesOf(items, one, [...keys, i]));
  if (typeof value !== 'object' || value === null || !properties) return [];
  const at = keys.map((key) => (typeof key === 'number' ? '[]' : `.${key}`)).join('') || 'the body';
  return [
    { at, keys, schema: follow(schema) },
    ...Object.entries(value).flatMap(([name, one]) =>
      properties[name] ? placesOf(properties[name], one, [...keys, name]) : [],
    ),
  ];
}

/** The value at a place. */
export const at = (body: any, { keys }: Place): any => keys.reduce((node, key) => node[key], body);

export const secretFieldsOf = ({ properties }: Node): string[] =>
  Object.keys(properties).filter(
    (name) => (properties[name]['x-audience'] ?? follow(properties[name])['x-audience']) === 'secret',
  );
