// One request per place. All other values belong to the caller, so that only the ID decides.

import { contract, follow, type Node } from '../support/judge.ts';
import { type TableEntry, written } from '../support/table.ts';
import { type Place, places } from './places.ts';
import { spellings, type Things } from './world.ts';

type Ask = { method: string; path: string; body: string | undefined };

export const entryOf = (operationId: string): TableEntry =>
  written.find((one) => one.operationId === operationId) as TableEntry; // callers name operations of the table

/** @throws for a kind without a sample; add one in world.ts */
export function spell(kind: string, things: Things): [spelling: string, text: string][] {
  const known = spellings[kind];
  if (!known) throw new Error(`no tenant has a thing of the kind ${kind}: world.ts has to make one`);
  return Object.entries(known(things));
}

/** @param text the value at the place */
export function askFor(place: Place, text: string, own: Things): Ask {
  const { method, path: template } = entryOf(place.operationId);
  const ofOperation = places.filter(({ operationId }) => operationId === place.operationId);
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name) => {
    if (place.at === 'path' && place.path[0] === name) return encodeURIComponent(text);
    const kind = ofOperation.find((one) => one.at === 'path' && one.path[0] === name)?.kind;
    if (!kind) throw new Error(`${place.operationId}: what is {${name}}? places.ts takes it for no id`);
    return firstOf(kind, own);
  });
  const query = place.at === 'query' ? `?${new URLSearchParams({ [place.path[0] as string]: text })}` : '';
  return { method, path: path + query, body: bodyOf(place, text, ofOperation, own) };
}

const firstOf = (kind: string, things: Things): string => (spell(kind, things)[0] as [string, string])[1]; // every kind has a spelling

/** The first example of the contract, without IDs. With a place in the body, only the required fields and the place. */
function bodyOf(place: Place, text: string, ofOperation: Place[], own: Things): string | undefined {
  const { path, method } = entryOf(place.operationId);
  const media: Node | undefined = contract.paths[path][method.toLowerCase()].requestBody?.content['application/json'];
  if (!media) return undefined;
  const required: string[] = follow(media.schema).required ?? [];
  const example: Node = follow(Object.values<Node>(media.examples)[0] as Node).value;
  const ids = new Map(ofOperation.filter(({ at }) => at === 'body').map((one) => [one.path[0], one.kind]));
  const isInBody = place.at === 'body';
  const fields = Object.entries(example).flatMap(([name, value]) => {
    const kind = ids.get(name);
    if (!required.includes(name) && (isInBody || kind)) return [];
    return [[name, kind ? firstOf(kind, own) : value]];
  });
  const body = Object.fromEntries(fields);
  return JSON.stringify(isInBody ? { ...body, ...within(place.path, text) } : body);
}

/** A value at its path. */
function within([name, ...rest]: string[], text: string): any {
  if (name === undefined) return text;
  return name === '*' ? [within(rest, text)] : { [name]: within(rest, text) };
}
