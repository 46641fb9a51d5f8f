// Pages of lists that are ordered by a time and the ID, by page number or from a position on.
import { type SelectQueryBuilder, sql } from 'kysely';

/** A position in such a list: after this row. */
export type Position = { createdAt: string; id: string };
export type Paging = { page: number; pageSize: number; after: Position | undefined };
/** The last row that `page` can reach, and the highest `total` (contract: Page, Pagination). */
export const countMax = 10_000;

export type Order = { by: 'created_at' | 'published_at'; direction: 'desc' | 'asc' };

export const newestFirst: Order = { by: 'created_at', direction: 'desc' };

/** Limits a query to the rows of a page and, if there is one, the first row of the next page. */
export function onPage<DB, T extends keyof DB, O>(
  query: SelectQueryBuilder<DB, T, O>,
  { page, pageSize, after }: Paging,
  { by, direction }: Order = newestFirst,
): SelectQueryBuilder<DB, T, O> {
  const beyond = sql.raw(direction === 'desc' ? '<' : '>');
  const rest =
    after && sql<boolean>`(${sql.ref(by)}, id) ${beyond} (${after.createdAt}::timestamptz, ${after.id}::uuid)`;
  return (rest ? query.where(rest) : query)
    .orderBy(sql.ref(by), direction)
    .orderBy(sql.ref('id'), direction)
    .limit(pageSize + 1)
    .offset(after ? 0 : (page - 1) * pageSize);
}
