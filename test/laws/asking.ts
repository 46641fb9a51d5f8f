import { type Draft, goodRequest, sendDraft } from '../contract/requests.ts';
import type { Backend } from '../support/client.ts';
import { follow, type Node } from '../support/judge.ts';
import { inContract, type TableEntry } from '../support/table.ts';
import type { Collection } from './collections.ts';

type Answer = { status: number; body: Node };
export type Change = Partial<Pick<Draft, 'path' | 'body'>> & { query?: Record<string, string | number>; key?: string };

/** Sends the valid request of an operation with changes. */
export async function ask(
  backend: Backend,
  operation: TableEntry,
  { path, query = {}, body, key }: Change = {},
): Promise<Answer> {
  const good = goodRequest(operation);
  const response = await sendDraft(backend, {
    ...good,
    path: { ...good.path, ...path },
    query: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
    ...(body !== undefined && { body }),
    ...(key && { headers: { ...good.headers, authorization: `Bearer ${key}` } }),
  });
  return { status: response.status, body: (await response.json()) as Node };
}

/** A new item of the collection, with the body of the contract's first example. */
export async function newItem(backend: Backend, { create }: Collection): Promise<Node> {
  const made = await ask(backend, create as TableEntry);
  if (made.status !== 201) throw new Error(`${create?.operationId}: ${made.status} ${JSON.stringify(made.body)}`);
  return made.body.data;
}

/** The body of the first example of the operation. */
export const bodyOf = (operation: TableEntry): Node => JSON.parse(goodRequest(operation).body ?? '{}');

/** The bodies of all examples of the operation. */
export const bodiesOf = (operation: TableEntry): Node[] =>
  Object.values<Node>(inContract(operation).requestBody.content['application/json'].examples).map(
    (example) => follow(example).value,
  );

/** The path of an item. */
export const at = ({ parameter }: Collection, item: Node, spelling: 'id' | 'uuid' = 'id') => ({
  path: { [parameter as string]: item[spelling] } as Record<string, string>,
});
