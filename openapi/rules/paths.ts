import { type Contract, parametersOf, resolve } from '../../src/contract/document.ts';
import { operationsAt } from './bodies.ts';
import type { Problem } from './rule.ts';
import { everySchema } from './schemas.ts';

const apiKey = ['secretKey', 'publishableKey'];
/** The security schemes of each area. `open` is an operation with `security: []`. */
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

/** A path belongs to one of the areas, and its operations use only the security schemes of that area. */
export function* pathAreas(contract: Contract): Generator<Problem> {
  for (const path of Object.keys(contract.paths))
    if (!areas.some(({ pattern }) => pattern.test(path)))
      yield {
        at: ['paths', path],
        message: `${path} does not belong to an area of this API. openapi/rules/paths.ts lists the areas.`,
      };
  for (const { path, operation, at } of operationsAt(contract)) {
    const admits = areas.find(({ pattern }) => pattern.test(path))?.admits;
    const schemes = operation.security?.flatMap((requirement) => Object.keys(requirement)) ?? [];
    for (const caller of operation.security?.length === 0 ? ['open'] : schemes)
      if (admits && !admits.includes(caller))
        yield { at: [...at, 'security'], message: `${path} admits ${admits.join(', ')}, not ${caller}.` };
  }
}

/** A path parameter is a whole segment, because validators and the mock parse parts of a segment differently. */
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
 * `x-alias` is a second path for the operations of a path. It is the path without `/api`, so it has the same parameters and
 * no other path can have it.
 */
export function* aliases(contract: Contract): Generator<Problem> {
  for (const [path, item] of Object.entries(contract.paths)) {
    const alias = item['x-alias'];
    if (alias === undefined) continue;
    const at = ['paths', path, 'x-alias'];
    if (`/api${alias}` !== path) yield { at, message: `The alias of ${path} must be ${path.replace(/^\/api/, '')}.` };
    if (alias in contract.paths) yield { at, message: `${alias} is already a path.` };
  }
  for (const { operation, at } of operationsAt(contract))
    if ('x-alias' in operation) yield { at: [...at, 'x-alias'], message: 'x-alias must be on the path.' };
}

/** A path parameter that ends in `Id`, other than `teamId`, accepts a prefixed ID or a UUID. A long ID has no UUID. */
export function* pathIds(contract: Contract): Generator<Problem> {
  for (const { operation, item, at } of operationsAt(contract))
    for (const { name, in: place, schema } of parametersOf(contract, item, operation)) {
      if (place !== 'path' || !name.endsWith('Id') || name === 'teamId') continue;
      const pattern = String(resolve(contract, schema).pattern);
      if (!isReference(pattern) && !long.test(pattern))
        yield {
          at,
          message: `The pattern of ${name} must accept a prefixed ID and a UUID: ^(xxx_[0-9A-Za-z]{12}|${uuid})$.`,
        };
    }
}

/** A prefixed ID is three to five letters, `_` and 12 base62 characters. A long ID has 22 base62 characters. */
export function* prefixedIds(contract: Contract): Generator<Problem> {
  for (const { schema, at } of everySchema(contract)) {
    const pattern = String(schema.pattern ?? '');
    const isNamedId = at.length === 3 && String(at[2]).endsWith('Id');
    const looksLikeOne = /^\^\(*[^_]*_\[/.test(pattern) && schema.type !== undefined;
    if ((isNamedId || looksLikeOne) && !isPrefixed(pattern) && (isNamedId || !isReference(pattern)))
      yield {
        at,
        message:
          'The pattern of an ID must be ^xxx_[0-9A-Za-z]{12}$ (or {22}) with a prefix of three to five letters. The pattern of an ID or a UUID must be ^(xxx_[0-9A-Za-z]{12}|<UUID>)$.',
      };
  }
}

const uuid = '[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}';
const short = /^\^([a-z]{3,5}|\[a-z\]\{3,5\})_\[0-9A-Za-z\]\{12\}\$$/;
const long = /^\^[a-z]{3,5}_\[0-9A-Za-z\]\{22\}\$$/;
const prefixes = /^\^\(([a-z]{3,5}|\[a-z\]\{3,5\}|\([a-z]{3,5}(\|[a-z]{3,5})+\))_\[0-9A-Za-z\]\{12\}$/;

const isPrefixed = (pattern: string): boolean => short.test(pattern) || long.test(pattern);
const isReference = (pattern: string): boolean =>
  pattern.endsWith(`|${uuid})$`) && prefixes.test(pattern.slice(0, -`|${uuid})$`.length));
