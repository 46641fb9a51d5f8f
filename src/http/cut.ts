// Cuts the contract down to one tag for the guard: the tag's operations and the components that they reach. All errors share one
// response, because the validator would compile the same body once per status. All objects are closed.
import { closed, visit } from '../contract/closed.ts';
import {
  type Components,
  type Contract,
  type Operation as ContractOperation,
  type PathItem,
  type Response,
  resolve,
  type Schema,
} from '../contract/document.ts';
import { isCommaList, wireParameters } from '../contract/queries.ts';
import type { Operation } from './router.ts';

const anyError: Response = {
  description: 'Any error.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
};

/** The contract of these operations alone, with closed objects. */
export function cut(contract: Contract, operations: readonly Operation[]): object {
  const { components, paths, webhooks: _, ...rest } = contract;
  const small: Record<string, PathItem> = {};
  for (const { path, aliases, method } of operations) {
    const key = method.toLowerCase() as 'get';
    const item = paths[path] as PathItem; // the operation table is generated from this document
    const operation = item[key] as NonNullable<PathItem['get']>;
    const successes = Object.entries(operation.responses).filter(([status]) => status < '400');
    for (const one of [path, ...aliases])
      small[one] = {
        ...small[one],
        ...(item.parameters && { parameters: item.parameters }),
        [key]: {
          ...operation,
          ...explicit(operation),
          ...plainQuery(contract, operation),
          responses: { ...Object.fromEntries(successes), default: anyError },
        },
      };
  }
  const cutOut = closed({ ...rest, paths: small, components: reachable(small, components) });
  visit(cutOut, allowReserved);
  visit(cutOut, (node) => inlineUnion(contract, node));
  return cutOut;
}

/** The validator accepts a request without a body only if `required` is false, not if it is missing. */
const explicit = ({ requestBody }: ContractOperation) =>
  requestBody && { requestBody: { required: false, ...requestBody } };

/** The validator cannot read `filter[name]`, so it sees `filter.name`. */
export const dotted = (name: string): string => name.replace(/\[(\w+)\]$/, '.$1');

/** `splitLists` has split the lists, and each field of an object is a parameter of its own. */
const plainQuery = (contract: Contract, { parameters }: ContractOperation) =>
  parameters && {
    parameters: wireParameters(
      contract,
      parameters.map((one) => resolve(contract, one)),
    ).map((one) => ({ ...one, name: dotted(one.name), ...(isCommaList(one) && { explode: true }) })),
  };

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

/** Without `allowReserved`, the validator rejects `:`, `@` and `=` in a value, which are valid in a query (RFC 3986, section 3.4). */
function allowReserved(node: Record<string, unknown>): void {
  if (node.in === 'query' && 'schema' in node) node.allowReserved = true;
}

/** Inlines `$ref` in unions: otherwise the validator parses the query parameter as JSON and accepts `"x"` as `x`. */
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
