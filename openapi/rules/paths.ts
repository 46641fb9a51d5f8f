import { type Contract, parametersOf, resolve } from '../../src/contract/document.ts';
import { operationsAt } from './bodies.ts';
import type { Problem } from './rule.ts';
import { everySchema } from './schemas.ts';

const apiKey = ['secretKey', 'publishableKey'];
/** Who may enter where; `open` is an operation with `security: []`. */
const areas: { pattern: RegExp; admits: string[] }[] = [
  { pattern: /^\/api\/v1\/teams\/\{teamId\}\/./, admits: apiKey },
  { pattern: /^\/api\/v1\/(auth\/whoami|me)$/, admits: apiKey },
  { pattern: /^\/api\/v1\/(api-keys|users\/\{userId\})(\/|$)/, admits: apiKey },
  { pattern: /^\/api\/v1\/leaked-keys$/, admits: ['open'] },
  { pattern: /^\/api\/v1\/(changelogs|blogs)(\/|$)/, admits: ['open'] },
  { pattern: /^\/api\/library\/\{team\}\/./, admits: ['open'] },
  { pattern: /^\/api\/internal\/./, admits: ['session', 'open'] },
  { pattern: /^\/api\/widget\/\{team\}\/./, admits: ['customerSession', 'open'] },
  { pattern: /^\/(healthz|readyz)$/, admits: ['open'] },
];

/** A path belongs to one of the areas, and its operations admit only the callers of that area. */
export function* pathAreas(contract: Contract): Generator<Problem> {
  for (const path of Object.keys(contract.paths))
    if (!areas.some(({ pattern }) => pattern.test(path)))
      yield { at: ['paths', path], message: `${path} does not belong to an area of this API.` };
  for (const { path, operation, at } of operationsAt(contract)) {
    const admits = areas.find(({ pattern }) => pattern.test(path))?.admits;
    const schemes = operation.security?.flatMap((requirement) => Object.keys(requirement)) ?? [];
    for (const caller of operation.security?.length === 0 ? ['open'] : schemes)
      if (admits && !admits.includes(caller))
        yield { at: [...at, 'security'], message: `${path} admits ${admits.join(', ')}, not ${caller}.` };
  }
}

/** A path parameter is a whole segment: validators and the mock read parts of a segment in different ways. */
export function* wholeSegments(contract: Contract): Generator<Problem> {
  for (const path of Object.keys(contract.paths))
    for (const segment of path.split('/'))
      if (/[{}]/.test(segment) && !/^\{\w+\}$/.test(segment))
        yield {
          at: ['paths', path],
          message: `${segment} mixes text and parameters. A parameter must be a whole segment.`,
        };
}

/**
 * `x-alias` is the second path of a path's operations: the path without its `/api`, so it has the same parameters and is
 * nobody else's.
 */
export function* aliases(contract: Contract): Generator<Problem> {
  for (const [path, item] of Object.entries(contract.paths)) {
    const alias = item['x-alias'];
    if (alias === undefined) continue;
    const at = ['paths', path, 'x-alias'];
    if (`/api${alias}` !== path) yield { at, message: `The alias of ${path} is ${path.replace(/^\/api/, '')}.` };
    if (alias in contract.paths) yield { at, message: `${alias} is a path of its own.` };
  }
  for (const { operation, at } of operationsAt(contract))
    if ('x-alias' in operation) yield { at: [...at, 'x-alias'], message: 'x-alias belongs to the path.' };
}

/** A path parameter that ends in `Id`, other than `teamId`, takes a prefixed id or a UUID; a long id has no UUID. */
export function* pathIds(contract: Contract): Generator<Problem> {
  for (const { operation, item, at } of operationsAt(contract))
    for (const { name, in: place, schema } of parametersOf(contract, item, operation)) {
      if (place !== 'path' || !name.endsWith('Id') || name === 'teamId') continue;
      const pattern = String(resolve(contract, schema).pattern);
      if (!isReference(pattern) && !long.test(pattern))
        yield {
          at,
          message: `The pattern of ${name} must take a prefixed id and a UUID: ^(xxx_[0-9A-Za-z]{12}|${uuid})$.`,
        };
    }
}

/** A prefixed id is three to five letters, `_` and twelve base62 characters, or 22 where there are many. */
export function* prefixedIds(contract: Contract): Generator<Problem> {
  for (const { schema, at } of everySchema(contract)) {
    const pattern = String(schema.pattern ?? '');
    const isNamedId = at.length === 3 && String(at[2]).endsWith('Id');
    const looksLikeOne = /^\^\(*[^_]*_\[/.test(pattern) && schema.type !== undefined;
    if ((isNamedId || looksLikeOne) && !isPrefixed(pattern) && (isNamedId || !isReference(pattern)))
      yield {
        at,
        message:
          'The pattern of an id is ^xxx_[0-9A-Za-z]{12}$ (or {22}) with a prefix of three to five letters; of an id or a UUID, ^(xxx_[0-9A-Za-z]{12}|<UUID>)$.',
      };
  }
}

const uuid = '[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}';
const short = /^\^([a-z]{3,5}|\[a-z\]\{3,5\})_\[0-9A-Za-z\]\{12\}\$$/;
const long = /^\^[a-z]{3,5}_\[0-9A-Za-z\]\{22\}\$$/;
const prefixes = /^\^\(([a-z]{3,5}|\([a-z]{3,5}(\|[a-z]{3,5})+\))_\[0-9A-Za-z\]\{12\}$/;

const isPrefixed = (pattern: string): boolean => short.test(pattern) || long.test(pattern);
const isReference = (pattern: string): boolean =>
  pattern.endsWith(`|${uuid})$`) && prefixes.test(pattern.slice(0, -`|${uuid})$`.length));
