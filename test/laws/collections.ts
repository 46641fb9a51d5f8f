// The collections of the contract: a list, and the operations that create, get, change and delete one of its items. They follow from
// the operation table, so that the laws apply to every new collection.

import { follow, type Node } from '../support/judge.ts';
import { inContract, type TableEntry, written } from '../support/table.ts';

export type Collection = {
  /** The name of the schema of an item, such as `Ticket`. */
  name: string;
  /** The schema of an item in the list. */
  schema: Node;
  list: TableEntry;
  create?: TableEntry;
  get?: TableEntry;
  update?: TableEntry;
  remove?: TableEntry;
  /** Every operation on an item or on something that belongs to it. */
  within: TableEntry[];
  /** The path parameter of an item. Undefined if items have no path. */
  parameter?: string;
};

export const collections: Collection[] = written.flatMap((list) => {
  const items = list.method === 'GET' ? itemsOf(list) : undefined;
  if (!items) return [];
  const itemPath = written.find(({ path }) => path.replace(/\/\{\w+\}$/, '') === list.path && path !== list.path)?.path;
  const of = (method: string, path: string | undefined) =>
    written.find((one) => one.path === path && one.method === method);
  return {
    name: items.$ref.split('/').at(-1),
    schema: follow(items),
    list,
    create: of('POST', list.path),
    get: of('GET', itemPath),
    update: of('PATCH', itemPath),
    remove: of('DELETE', itemPath),
    within: written.filter(({ path }) => itemPath && (path === itemPath || path.startsWith(`${itemPath}/`))),
    parameter: itemPath?.match(/\{(\w+)\}$/)?.[1],
  };
});

/** The schema of the items, if the operation returns a page. */
function itemsOf(operation: TableEntry): Node | undefined {
  const media: Node | undefined = inContract(operation).responses[200]?.content?.['application/json'];
  const { properties = {} } = media ? follow(media.schema) : {};
  return properties.pagination && properties.data.items;
}

/** The query parameters of the list, except those that choose the page. */
export const filtersOf = ({ list }: Collection): Node[] =>
  inContract(list)
    .parameters.map(follow)
    .filter(
      (parameter: Node) =>
        parameter.in === 'query' && !['page', 'pageSize', 'cursor', 'after'].includes(parameter.name),
    );
