// Parses the text of path and query parameters. Numbers have one grammar, whichever guard checks them afterwards.
import { parse } from 'node:querystring';
import type { Request } from 'express';
import type { Operation } from './router.ts';

const numbers = { integer: /^-?\d+$/, number: /^-?\d+(\.\d+)?$/ };
export type NumberType = keyof typeof numbers;

/** Parses a number: an optional minus sign and digits; for `number` also a fraction. Undefined for any other text. */
export const numberOf = (text: string, type: NumberType): number | undefined =>
  numbers[type].test(text) ? Number(text) : undefined;

/** The query as it was sent. In `req.context.query`, the guard later converts values and adds defaults. */
export function queryOf({ originalUrl }: Request): Record<string, string | string[] | undefined> {
  const start = originalUrl.indexOf('?');
  return start < 0 ? {} : parse(originalUrl.slice(start + 1), '&', '=', { maxKeys: 0 }); // by default, it drops all after 1,000
}

/** Parses the query. A list that the URL separates by commas becomes a list; a repeated one stays invalid. */
export function readQuery(req: Request): void {
  const query: Record<string, unknown> = queryOf(req);
  for (const name of req.context.operation.commaLists) {
    const text = query[name];
    if (typeof text === 'string') query[name] = text.split(',');
    else if (text !== undefined) query[name] = [text];
  }
  req.context.query = query;
}

/** The query for a handler: `filter[name]` is the field `name` of `filter`. */
export function typedQuery({ fields }: Operation, query: Record<string, unknown>): Record<string, unknown> {
  if (fields.length === 0) return query;
  const typed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(query)) {
    const [, parent, field] = /^(\w+)\[(\w+)\]$/.exec(name) ?? [];
    if (parent === undefined || field === undefined) typed[name] = value;
    else typed[parent] = { ...(typed[parent] as object | undefined), [field]: value };
  }
  return typed;
}

/** Whether the query has an unknown parameter, or a number in path or query does not follow the grammar. */
export function isMisspelt({ context: { operation, params, query } }: Request): boolean {
  for (const name in query) if (!operation.query.includes(name)) return true;
  for (const { in: place, name, type } of operation.numbers) {
    const given: unknown = place === 'path' ? params[name] : query[name];
    if (given === undefined) continue;
    const isNumber = (text: unknown) => typeof text === 'string' && numbers[type].test(text);
    if (!(Array.isArray(given) ? given.every(isNumber) : isNumber(given))) return true;
  }
  return false;
}

/** The path parameters, with numbers converted. */
export function typedPath(operation: Operation, params: Record<string, string>): Record<string, string | number> {
  let typed: Record<string, string | number> = params;
  for (const { in: place, name } of operation.numbers)
    if (place === 'path') typed = { ...typed, [name]: Number(params[name]) };
  return typed;
}
