// Rejects text that cannot be stored: NUL, unpaired surrogates, and percent sequences that are not valid UTF-8.
import type { Stage } from './context.ts';
import { Problem } from './problem.ts';
import { nameLengthMax, shortened } from './words.ts';

/** Rejects such text anywhere in path, query and body, and `__proto__` as a property name in the body. */
export const refuseBrokenText: Stage = (req) => {
  const { params } = req.context;
  for (const name in params) if (isBroken(params[name] as string)) throw broken(name);
  const start = req.originalUrl.indexOf('?');
  if (start >= 0) refuseInQuery(req.originalUrl.slice(start + 1));
  refuseInBody(req.body);
};

const isBroken = (text: string): boolean => text.includes('\0') || !text.isWellFormed();
const broken = (param: string): Problem =>
  new Problem('parameter_invalid', {
    param,
    message: `'${shortened(param, nameLengthMax)}' contains a character that cannot be stored: NUL or half of a surrogate pair.`,
  });

const undecodable = (param: string): Problem =>
  new Problem('parameter_invalid', {
    param,
    message: `'${shortened(param, nameLengthMax)}' is not percent-encoded UTF-8.`,
  });

function refuseInQuery(query: string): void {
  if (!query.includes('%')) return; // Node accepts no control characters in a URL
  for (const pair of query.split('&')) {
    const name = pair.split('=', 1)[0] ?? '';
    try {
      if (isBroken(decodeURIComponent(pair))) throw broken(name);
    } catch (error) {
      throw error instanceof URIError ? undecodable(name) : error;
    }
  }
}

/** Nothing in the contract is nested deeper. The limit bounds the recursion. */
const depthMax = 32;

/** Where a value is in the body. A list of names would be copied for every value. */
type Place = { name: string; within: Place; depth: number } | undefined;

function namesOf(place: Place): string[] {
  return place ? [...namesOf(place.within), place.name] : [];
}

const paramOf = (place: Place): string => namesOf(place).join('.') || 'body';

function refuseInBody(value: unknown, place?: Place): void {
  if (typeof value === 'string' && isBroken(value)) throw broken(paramOf(place));
  if (typeof value !== 'object' || value === null) return;
  const depth = place?.depth ?? 0;
  if (depth > depthMax) {
    const [name = 'body'] = namesOf(place);
    throw new Problem('parameter_invalid', {
      param: name,
      message: `'${shortened(name, nameLengthMax)}' is nested more than ${depthMax} levels deep.`,
    });
  }
  for (const [name, inner] of Object.entries(value)) {
    const at = { name, within: place, depth: depth + 1 };
    if (isBroken(name)) throw broken(paramOf(at));
    if (name === '__proto__') {
      const param = paramOf(at);
      throw new Problem('parameter_invalid', {
        param,
        message: `'${shortened(param, nameLengthMax)}' cannot be used: the name __proto__ is reserved.`,
      });
    }
    refuseInBody(inner, at);
  }
}
