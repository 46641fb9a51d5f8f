// Fits an example to the request: the resource in the path, the fields in the body, the rows that match the filters, facts about the
// caller, and the requested page.
import { isDeepStrictEqual } from 'node:util';
import { type Contract, dataOf, operationsOf, resolverOf, type Schema, schemasWithin } from '../contract/document.ts';
import type { Call } from '../http/answer.ts';
import { successSchema } from '../http/audience.ts';
import { pageOf, pagingOf } from '../http/paging.ts';
import { isUuid, toPrefixed, toUuid } from '../storage/ids.ts';
import { createEcho } from './echo.ts';
import { exampleRows, type Row } from './rows.ts';

/** The source of the content: the first example, an example that was requested by name, or the generator. */
export type Source = 'first example' | 'named example' | 'made up';
/** Fits content to the call. A named example and a generated body keep their own fields. */
export type Liven = (call: Call, content: object, source: Source) => object;

export function createLiven(contract: Contract): Liven {
  const resolve = resolverOf(contract);
  const rows = exampleRows(contract);
  const echo = createEcho(contract);
  const marked = new WeakMap<Schema, boolean>();
  const writes = new Map(
    [...operationsOf(contract)].map(({ operation }) => {
      const request = operation.requestBody?.content['application/json']?.schema;
      const examples = (dataOf(contract, operation)?.examples ?? []).filter(isRow);
      return [operation.operationId, { request: request && resolve(request), examples }];
    }),
  );

  return (call, content, source) => {
    const schema = successSchema(contract, call.operation);
    const data = resolve(schema).properties?.data;
    const isOne = source === 'first example' && data !== undefined && isRow((content as Row).data);
    const own = isOne ? { ...content, data: resourceOf(call, resolve(data), (content as Row).data as Row) } : content;
    const fitted = adapt(schema, own, call) as Row;
    if (isOne) return { ...fitted, data: written(call, resolve(data), fitted.data as Row) };
    if (!('pagination' in fitted)) return fitted;
    const kept = source === 'made up' ? fitted.data : rows.filtered(fitted.data as Row[], call);
    return { ...fitted, ...page({ ...fitted, data: kept }, call) };
  };

  /** The example of the requested resource, with the effect that the operation's own example shows. */
  function resourceOf(call: Call, schema: Schema, example: Row): Row {
    const { method } = call.operation;
    const found = rows.named(schema, call);
    if (method === 'GET') return found ?? example;
    if (method === 'POST' && isRow(call.body)) return closest(call, call.body) ?? example;
    if (isRow(call.body)) return only(found ?? rows.first(schema) ?? example, example);
    const before = found && rows.like(schema, example, call);
    if (!found || !before) return example;
    return { ...only(found, example), ...difference(before, example) };
  }

  /** The example of the operation that matches the most fields of the request; the first one if several match equally. */
  function closest({ operation }: Call, body: Row): Row | undefined {
    const agreed = (row: Row) => Object.keys(body).filter((name) => isDeepStrictEqual(row[name], body[name])).length;
    return writes.get(operation.operationId)?.examples.toSorted((a, b) => agreed(b) - agreed(a))[0];
  }

  function written({ operation, body, now }: Call, response: Schema, base: Row): Row {
    const { request } = writes.get(operation.operationId) ?? {};
    if (!request || !isRow(body)) return base;
    const isCreate = operation.successStatus === 201;
    return echo({ request, response, sent: body, isCreate, now }, base);
  }

  /** Whether a schema, or one within it, takes a value from the request. */
  function isMarked(node: Schema): boolean {
    const known =
      marked.get(node) ?? [...schemasWithin(contract, node)].some((one) => marks.some((mark) => mark in one));
    marked.set(node, known);
    return known;
  }

  function adapt(node: Schema, value: unknown, call: Call): unknown {
    if (!isMarked(node)) return value;
    const schema = resolve(node);
    const parameter = node['x-from-path'] ?? schema['x-from-path'] ?? '';
    const fromPath = parameter === '*' ? Object.values(call.path).at(-1) : call.path[parameter];
    if (typeof fromPath === 'string' && typeof value === 'string') return inSpellingOf(value, fromPath);
    const fromCaller = node['x-from-caller'] ?? schema['x-from-caller'];
    if (fromCaller && call.caller) return call.caller[fromCaller as keyof typeof call.caller];
    if (Array.isArray(value)) return value.map((one) => adapt(schema.items ?? nothing, one, call));
    if (typeof value !== 'object' || value === null) return value;
    const adapted: Row = {};
    for (const [name, one] of Object.entries(value))
      adapted[name] = adapt(schema.properties?.[name] ?? nothing, one, call);
    return adapted;
  }
}

const marks = ['x-from-path', 'x-from-caller'];
const nothing: Schema = {};
const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);
const only = (row: Row, { ...shown }: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([name]) => name in shown));
const difference = (before: Row, after: Row): Row =>
  Object.fromEntries(Object.entries(after).filter(([name, value]) => !isDeepStrictEqual(value, before[name])));

/** An ID from the path, in the spelling of the field: prefixed for `id`, a UUID for `uuid`. */
function inSpellingOf(example: string, given: string): string {
  if (isUuid(example)) return toUuid(given);
  return isUuid(given) ? toPrefixed(example.slice(0, example.indexOf('_')), toUuid(given)) : given;
}

/** Cuts the page from the example rows, in the way that the operation has parameters for. Cursors hold the ids of rows. */
function page({ data }: Row, { operation, query, now }: Call): Row {
  if (operation.query.includes('after')) return rest(data as { sequence: number }[], query);
  if (!operation.query.includes('cursor')) return { data };
  const all = data as { uuid: string }[];
  const paging = pagingOf(query);
  const from = (paging.page - 1) * paging.pageSize;
  const found = { found: all.slice(from, from + paging.pageSize + 1), total: all.length };
  const positionOf = ({ uuid }: { uuid: string }) => ({ createdAt: now.toISOString(), id: uuid.toLowerCase() });
  return pageOf(found, paging, positionOf, (row) => row);
}

/** A list with `sequence` has no pages: it continues after the last event that the caller has seen. */
function rest(all: { sequence: number }[], { after = 0, pageSize = 20 }: { after?: number; pageSize?: number }): Row {
  const later = all.filter(({ sequence }) => sequence > after);
  const data = later.slice(0, pageSize);
  return { data, pagination: { total: later.length, page: 1, pageSize, hasMore: later.length > pageSize } };
}
