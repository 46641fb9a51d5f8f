// The example rows of each resource: finds the row that a path names, and filters the rows of a list.
import {
  type Contract,
  dataOf,
  operationsOf,
  type Parameter,
  parametersOf,
  resolve,
  type Schema,
} from '../contract/document.ts';
import type { Call } from '../http/answer.ts';
import { isUuid, toUuid } from '../storage/ids.ts';

export type Row = Record<string, unknown>;
type Test = (row: Row, asked: unknown) => boolean;
type Rows = {
  /** The row of this resource whose ID is the last path parameter. */
  named(schema: Schema, call: Pick<Call, 'operation' | 'path'>): Row | undefined;
  /** The row of this resource with the same ID as another row. */
  like(schema: Schema, row: Row, call: Pick<Call, 'operation'>): Row | undefined;
  first(schema: Schema): Row | undefined;
  /** The rows that match all filters of the query. */
  filtered(rows: Row[], call: Pick<Call, 'operation' | 'query'>): Row[];
};

export function exampleRows(contract: Contract): Rows {
  const single = new Map<Schema, Row[]>();
  const listed = new Map<Schema, Row[]>();
  const tests = new Map<string, Map<string, Test>>();
  for (const { method, item, operation } of operationsOf(contract)) {
    const { schema, examples } = dataOf(contract, operation) ?? {};
    if (method !== 'get' || !schema || !examples) continue;
    const items = schema.items && resolve(contract, schema.items);
    add(items ? listed : single, items ?? schema, examples.flat() as Row[]);
    if (!items) continue;
    const filters = parametersOf(contract, item, operation).flatMap((parameter) => {
      const test = parameter.in === 'query' ? filterOf(items, parameter) : undefined;
      return test ? [[parameter.name, test] as const] : [];
    });
    tests.set(operation.operationId, new Map(filters));
  }
  const rowsOf = (schema: Schema) => [...(single.get(schema) ?? []), ...(listed.get(schema) ?? [])];
  const find = (schema: Schema, parameter: string, id: unknown) => {
    const fields = Object.entries(schema.properties ?? {}).filter(([, one]) => one['x-from-path'] === parameter);
    return rowsOf(schema).find((row) => fields.some(([name]) => isSame(row[name], id)));
  };

  return {
    named(schema, { operation, path }) {
      const parameter = lastParameterOf(operation.path);
      return parameter === undefined ? undefined : find(schema, parameter, path[parameter]);
    },
    like(schema, row, { operation }) {
      const parameter = lastParameterOf(operation.path);
      return parameter === undefined ? undefined : find(schema, parameter, row.uuid ?? row.id);
    },
    first: (schema) => rowsOf(schema)[0],
    filtered(rows, { operation, query }) {
      const filters = [...(tests.get(operation.operationId) ?? [])].filter(([name]) => query[name] !== undefined);
      return rows.filter((row) => filters.every(([name, test]) => test(row, query[name])));
    },
  };
}

function add(rows: Map<Schema, Row[]>, schema: Schema, more: Row[]): void {
  rows.set(schema, [...(rows.get(schema) ?? []), ...more]);
}

const lastParameterOf = (path: string): string | undefined => path.match(/\{(\w+)\}$/)?.[1];

/** `x-searches` searches for a text, `x-filters` for a value. Without a mark, a parameter filters by the field of the same name. */
function filterOf(
  { properties = {} }: Schema,
  { name, 'x-searches': searched, 'x-filters': filtered }: Parameter,
): Test | undefined {
  if (searched) return (row, asked) => searched.some((field) => at(row, field).some((value) => holds(value, asked)));
  const fields = filtered ?? (properties[name] ? [name] : []);
  if (fields.length === 0) return undefined;
  return (row, asked) => fields.some((field) => at(row, field).some((value) => isSame(value, asked)));
}

/** The values at a path such as `data.ticket.id`. An array yields its items. */
function at(row: Row, field: string): unknown[] {
  const value = field.split('.').reduce<unknown>((node, key) => (node as Row | null | undefined)?.[key], row);
  return Array.isArray(value) ? value : [value];
}

/** Whether two values are equal or spell the same ID. */
function isSame(value: unknown, asked: unknown): boolean {
  if (value === asked) return true;
  if (typeof value !== 'string' || typeof asked !== 'string') return false;
  const isAnId = (text: string) => isUuid(text) || /^[a-z]{2,4}_[0-9A-Za-z]{12}$/.test(text);
  return (isUuid(value) || isUuid(asked)) && isAnId(value) && isAnId(asked) && toUuid(value) === toUuid(asked);
}

const comparable = (text: string): string => text.normalize('NFC').toLowerCase();
const holds = (value: unknown, asked: unknown): boolean =>
  typeof value === 'string' && comparable(value).includes(comparable(String(asked)));
