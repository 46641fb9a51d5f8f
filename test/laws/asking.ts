// Requests to the operations of a collection.
import { foreignUuid } from '../contract/demo.ts';
import { type Draft, goodRequest, sendDraft } from '../contract/requests.ts';
import { type Backend, backends } from '../support/client.ts';
import { follow, type Node } from '../support/judge.ts';
import { inContract, type TableEntry } from '../support/table.ts';
import { type Collection, collections } from './collections.ts';

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

/** Whether a handler is written. A new resource starts without, and fails one test for each of its operations (implemented.test.ts). */
export async function isImplemented(collection: Collection, operation: TableEntry): Promise<boolean> {
  const isOfItem = operation.path !== collection.list.path;
  const { status } = await ask(backends[0], operation, isOfItem ? at(collection, { id: foreignUuid }) : {});
  return status !== 501;
}

/** The collections, with the operations that are implemented. */
export const implemented: Collection[] = (
  await Promise.all(
    collections.map(async (collection) => {
      const { list, create, get, update, remove, within } = collection;
      const written = new Set<TableEntry | undefined>();
      for (const operation of [list, create, ...within])
        if (operation && (await isImplemented(collection, operation))) written.add(operation);
      const ifWritten = (operation: TableEntry | undefined) => (written.has(operation) ? operation : undefined);
      return written.has(list)
        ? [
            {
              ...collection,
              create: ifWritten(create),
              get: ifWritten(get),
              update: ifWritten(update),
              remove: ifWritten(remove),
              within: within.filter((operation) => written.has(operation)),
            },
          ]
        : [];
    }),
  )
).flat();
