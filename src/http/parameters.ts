// How the text of a path or query parameter is read. One grammar for numbers, whichever guard looks at them afterwards.
import { parse } from 'node:querystring';
import type { Request } from 'express';
import type { Operation } from './router.ts';

const numbers = { integer: /^-?\d+$/, number: /^-?\d+(\.\d+)?$/ };
export type NumberType = keyof typeof numbers;

/** The number that a text spells: an optional minus and digits, for `number` also a fraction. */
export const numberOf = (text: string, type: NumberType): number | undefined =>
  numbers[type].test(text) ? Number(text) : undefined;

/** The query as it was sent; a guard may have put other values in its place in `req.query`. */
export function queryOf({ originalUrl }: Request): Record<string, string | string[] | undefined> {
  const start = originalUrl.indexOf('?');
  return start < 0 ? {} : parse(originalUrl.slice(start + 1));
}

/** Whether the query has a name that the operation does not know, or path or query have a number in another spelling. */
export function isMisspelt({ context, query }: Request): boolean {
  const { operation, params } = context;
  for (const name in query) if (!operation.query.includes(name)) return true;
  for (const { in: place, name, type } of operation.numbers) {
    const given: unknown = place === 'path' ? params[name] : query[name];
    const texts = given === undefined ? [] : [given].flat();
    if (texts.some((text) => typeof text !== 'string' || !numbers[type].test(text))) return true;
  }
  return false;
}

/** The path's parameters, numbers as numbers. */
export function typedPath(operation: Operation, params: Record<string, string>): Record<string, string | number> {
  const ofPath = operation.numbers.filter((one) => one.in === 'path');
  if (ofPath.length === 0) return params;
  return { ...params, ...Object.fromEntries(ofPath.map(({ name }) => [name, Number(params[name])])) };
}
