// Leaves out rows that only secret keys may see. The database view does it, not each store, so that the rows are also left out of
// `total`, `hasMore` and cursors.
import type { SelectQueryBuilder } from 'kysely';
import type { secretWhen } from '../../generated/operations.ts';
import type { TenantDatabase } from './database.ts';
import type { Tables, TenantTable } from './tables.ts';

/** A table and its column that is true for such rows. */
type Place = {
  [T in TenantTable]: {
    table: T;
    column: { [C in keyof Tables[T]]: Tables[T][C] extends boolean ? C : never }[keyof Tables[T]];
  };
}[TenantTable];
type SecretTable = (typeof secretRows)[keyof typeof secretRows]['table'];
export type Joinable<T extends TenantTable> = Pick<Tables, T> & Omit<Tables, SecretTable>;

/** The table of each resource with `x-secret-when`. The compiler reports missing ones. */
export const secretRows = {
  Message: { table: 'messages', column: 'is_internal' },
} as const satisfies Record<keyof typeof secretWhen, Place>;

const columns = new Map<TenantTable, string>(Object.values(secretRows).map(({ table, column }) => [table, column]));

/** A tenant's view without these rows. */
export function publicView(view: TenantDatabase): TenantDatabase {
  return {
    ...view,
    forPublic: () => publicView(view),
    selectFrom: (table) => shown(table, view.selectFrom(table)),
    updateTable: (table) => shown(table, view.updateTable(table)),
    deleteFrom: (table) => shown(table, view.deleteFrom(table)),
    prepared: (name, values, build) =>
      view.prepared(`${name} in public`, values, (inner, slots) => build(publicView(inner), slots)),
    run() {
      throw new Error('plain SQL could read rows that only secret keys may see');
    },
  };
}

/** All three kinds of queries have the same `where`. */
function shown<Query>(table: TenantTable, query: Query): Query {
  const column = columns.get(table);
  if (!column) return query;
  return (query as SelectQueryBuilder<Tables, 'messages', object>).where(column as 'is_internal', '=', false) as Query;
}
