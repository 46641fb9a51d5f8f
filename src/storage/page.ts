// Pages of lists that are ordered by a time and the ID, by page number or from a position on.
import { type SelectQueryBuilder, sql } from 'kysely';

/** A position in such a list: after this row. */
export type Position = { createdAt: string; id: string };
export type Paging = { page: number; pageSize: number; after: Position | undefined };
/** The last row that `page` can reach, and the highest `total` (contract: Page, Pagination). */
export const countMax = 10_000;

export type Order = { by: 'created_at' | 'published_at'; direction: 'desc' | 'asc' };

export const newestFirst: Order = { by: 'created_at', direction: 'desc' };

/** The rows of a page for a statement. `limit` is one more than the page has, which shows whether there is a next page. */
type Bounds = { limit: number; offset: number; afterTime: string | undefined; afterId: string | undefined };

export const boundsOf = ({ page, pageSize, after }: Paging): Bounds => ({
  limit: pageSize + 1,
  offset: after ? 0 : (page - 1) * pageSize,
  afterTime: after?.createdAt,
  afterId: after?.id,
});

/** Limits a query to the rows within bounds. */
export function within<DB, T extends keyof DB, O>(
  { limit, offset, afterTime, afterId }: Bounds,
  query: SelectQueryBuilder<DB, T, O>,
  { by, direction }: Order = newestFirst,
): SelectQueryBuilder<DB, T, O> {
  const beyond = sql.raw(direction === 'desc' ? '<' : '>');
  const rest =
    afterTime !== undefined &&
    sql<boolean>`(${sql.ref(by)}, id) ${beyond} (${afterTime}::timestamptz, ${afterId}::uuid)`;
  return (rest ? query.where(rest) : query)
    .orderBy(sql.ref(by), direction)
    .orderBy(sql.ref('id'), direction)
    .limit(limit)
    .offset(offset);
}
