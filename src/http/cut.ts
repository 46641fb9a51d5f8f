// A tag's own small contract for the guard: its operations, the components that they reach, one response for all errors
// (they have one body, and the validator would compile it once per status), and every object closed.
import {
  type Components,
  type Contract,
  type PathItem,
  type Response,
  resolve,
  type Schema,
} from '../contract/document.ts';
import type { Operation } from './router.ts';

const anyError: Response = {
  description: 'Any error.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
};

/** The document of these operations alone. Responses are open for clients and closed for us: what the contract lacks must not slip out. */
export function cut(contract: Contract, operations: readonly Operation[]): object {
  const { components, paths, webhooks: _, ...rest } = contract;
  const small: Record<string, PathItem> = {};
  for (const { path, aliases, method } of operations) {
    const key = method.toLowerCase() as 'get';
    const item = paths[path] as PathItem; // the table was made from this document
    const operation = item[key] as NonNullable<PathItem['get']>;
    const successes = Object.entries(operation.responses).filter(([status]) => status < '400');
    for (const one of [path, ...aliases])
      small[one] = {
        ...small[one],
        ...(item.parameters && { parameters: item.parameters }),
        [key]: { ...operation, responses: { ...Object.fromEntries(successes), default: anyError } },
      };
  }
  const cutOut = structuredClone({ ...rest, paths: small, components: reachable(small, components) }); // the validator writes into it
  visit(cutOut, close);
  visit(cutOut, hold);
  visit(cutOut, allowReserved);
  visit(cutOut, (node) => inlineUnion(contract, node));
  return cutOut;
}

function reachable(root: unknown, components: Components): Record<string, Record<string, unknown>> {
  const found: Record<string, Record<string, unknown>> = {};
  const open = [root];
  while (open.length > 0)
    visit(open.pop(), ({ $ref }) => {
      if (typeof $ref !== 'string') return;
      const [, , section, name] = $ref.split('/') as [string, string, keyof Components, string];
      found[section] ??= {};
      if (found[section][name]) return;
      found[section][name] = components[section][name];
      open.push(found[section][name]);
    });
  return found;
}

function visit(node: unknown, see: (node: Record<string, unknown>) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) see(node as Record<string, unknown>);
  for (const inner of Object.values(node)) visit(inner, see);
}

function close(node: Schema): void {
  if ([node.type].flat().includes('object') && node.properties && node.additionalProperties === undefined)
    node.additionalProperties = false;
}

/** The contract says `x-always` where `const` is too much for client generators. */
function hold(node: Schema): void {
  if (node['x-always'] !== undefined) node.const = node['x-always'];
}

/** Else the validator refuses `:`, `@` and `=` in a value, which a query may hold (RFC 3986, section 3.4). */
function allowReserved(node: Record<string, unknown>): void {
  if (node.in === 'query' && 'schema' in node) node.allowReserved = true;
}

/** The validator reads a query parameter as JSON where a branch of its union is a `$ref`, so that `"x"` passes for `x`. */
function inlineUnion(contract: Contract, node: Record<string, unknown>): void {
  if (node.in !== 'query' || !('schema' in node)) return;
  const schema = resolve(contract, node.schema as Schema);
  const unions = ['anyOf', 'oneOf', 'allOf'].filter((keyword) => keyword in schema);
  const inlined = unions.map((keyword) => [
    keyword,
    (schema[keyword] as Schema[]).map((one) => resolve(contract, one)),
  ]);
  if (unions.length > 0) node.schema = structuredClone({ ...schema, ...Object.fromEntries(inlined) });
}
