import type { Place } from './rule.ts';

/** An object of the document. The keys of a directory are names, not fields. */
export type Node = { fields: Record<string, unknown>; at: Place; isDirectory: boolean };

const data = ['value', 'x-items', 'example', 'examples', 'default', 'const', 'enum'];
const directories = ['properties', 'patternProperties', 'dependentSchemas', 'headers'];

/** Every object of a document, except data such as examples, defaults and constants. */
export function* nodesOf(node: unknown, at: Place = []): Generator<Node> {
  if (typeof node !== 'object' || node === null) return;
  const isDirectory = directories.includes(String(at.at(-1))) && !directories.includes(String(at.at(-2)));
  yield { fields: node as Record<string, unknown>, at, isDirectory };
  for (const [key, value] of Object.entries(node))
    if (isDirectory || !data.includes(key)) yield* nodesOf(value, [...at, key]);
}
