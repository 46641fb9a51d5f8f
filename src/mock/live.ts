// What makes an example an answer to this request: ids of the path, facts of the caller, the page that was asked for.
import { type Contract, resolve, type Schema } from '../contract/document.ts';
import type { Call } from '../http/answer.ts';
import { successSchema } from '../http/audience.ts';
import { pageOf, pagingOf } from '../http/paging.ts';
import { Problem } from '../http/problem.ts';
import { isOurs, isUuid, toPrefixed, toUuid } from '../storage/ids.ts';

type Body = Record<string, unknown>;
/** Fits an example to the call: `x-from-path`, `x-from-caller`, `page` and `pageSize`. */
export type Liven = (call: Call, content: object) => object;

export function createLiven(contract: Contract): Liven {
  return (call, content) => {
    refuseStrangers(call.path);
    const fitted = adapt(successSchema(contract, call.operation), content, call) as object;
    return 'pagination' in fitted ? { ...fitted, ...page(fitted as Body, call) } : fitted;
  };

  function adapt(node: Schema, value: unknown, call: Call): unknown {
    const schema = resolve(contract, node);
    const parameter = node['x-from-path'] ?? schema['x-from-path'] ?? '';
    const fromPath = call.path[parameter];
    if (typeof fromPath === 'string' && typeof value === 'string') return inSpellingOf(value, fromPath);
    const fromCaller = node['x-from-caller'] ?? schema['x-from-caller'];
    if (fromCaller && call.caller) return call.caller[fromCaller as keyof typeof call.caller];
    if (Array.isArray(value)) return value.map((one) => adapt(schema.items ?? {}, one, call));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, adapt(schema.properties?.[name] ?? {}, one, call)]),
    );
  }
}

/** A UUID that is no id of ours names nothing, as on the server. A team's may be any. */
function refuseStrangers(path: Call['path']): void {
  for (const [param, id] of Object.entries(path))
    if (param.endsWith('Id') && param !== 'teamId' && typeof id === 'string' && isUuid(id) && !isOurs(id))
      throw new Problem('resource_missing', { param });
}

/** An id comes back in the spelling of its field: `tkt_...` asked for, `uuid` answered. */
function inSpellingOf(example: string, given: string): string {
  if (isUuid(example)) return toUuid(given);
  return isUuid(given) ? toPrefixed(example.slice(0, example.indexOf('_')), toUuid(given)) : given;
}

/** The example is all there is; the page is cut from it. The rows' ids name their places. */
function page({ data }: Body, { operation, query, now }: Call): Body {
  if (!operation.query.includes('cursor')) return rest(data as { sequence: number }[], query);
  const all = data as { uuid: string }[];
  const paging = pagingOf(query);
  const from = (paging.page - 1) * paging.pageSize;
  const { rows, pagination } = pageOf(all.slice(from, from + paging.pageSize + 1), all.length, paging, ({ uuid }) => ({
    createdAt: now.toISOString(),
    id: uuid.toLowerCase(),
  }));
  return { data: rows, pagination };
}

/** A list that is followed by number has no pages: it goes on after the last one seen. */
function rest(all: { sequence: number }[], { after = 0, pageSize = 20 }: { after?: number; pageSize?: number }): Body {
  const later = all.filter(({ sequence }) => sequence > after);
  const data = later.slice(0, pageSize);
  return { data, pagination: { total: later.length, page: 1, pageSize, hasMore: later.length > pageSize } };
}
