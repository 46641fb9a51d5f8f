// Pages of a list, by number or by cursor, as requests ask for them and answers show them.
import type { components } from '../../generated/types.ts';
import type { Paging, Position } from '../storage/page.ts';
import { Problem } from './problem.ts';

type Query = { page?: number; pageSize?: number; cursor?: string };

/** How deep `page` reaches, and how far `total` counts (contract: Page, Pagination). */
export const countMax = 10_000;

/** @throws 400 `parameter_invalid` for a page too deep, a cursor that is not ours, or both at once. */
export function pagingOf({ page, pageSize = 20, cursor }: Query): Paging {
  if (cursor !== undefined) {
    if ((page ?? 1) !== 1)
      // the guard fills in the contract's default
      throw new Problem('parameter_invalid', { param: 'page', message: "Send either 'page' or 'cursor', not both." });
    return { pageSize, ...placeOf(cursor) };
  }
  if ((page ?? 1) * pageSize > countMax)
    throw new Problem('parameter_invalid', {
      param: 'page',
      message: `'page' reaches ${countMax} items deep. Use 'cursor' beyond that.`,
    });
  return { page: page ?? 1, pageSize, after: undefined };
}

/**
 * @param found the rows of the page and, if there is one, the first of the next
 * @param total how many rows there are, counted up to one more than `countMax`
 */
export function pageOf<Row>(
  found: Row[],
  total: number,
  { page, pageSize }: Paging,
  positionOf: (row: Row) => Position,
): { rows: Row[]; pagination: components['schemas']['Pagination'] } {
  const rows = found.slice(0, pageSize);
  const last = rows.at(-1);
  const hasMore = found.length > pageSize;
  return {
    rows,
    pagination: {
      total: Math.min(total, countMax),
      ...(total > countMax && { totalIsCapped: true }),
      page,
      pageSize,
      hasMore,
      ...(hasMore && last && { nextCursor: cursorOf(page + 1, positionOf(last)) }),
    },
  };
}

/** The place of a row in a list that is ordered by creation. */
export const byCreation = ({ created_at, id }: { created_at: Date; id: string }): Position => ({
  createdAt: created_at.toISOString(),
  id,
});

/** The greatest number that a page has (contract: Pagination); pages behind it have it too. */
const pageMax = 1_000_000_000;

const cursorOf = (page: number, { createdAt, id }: Position): string =>
  Buffer.from(JSON.stringify([Math.min(page, pageMax), createdAt, id])).toString('base64url');

const shape = /^\[(?:[1-9]\d{0,8}|1000000000),"(?!0000)\d{4}-[^"]+","[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"\]$/;

function placeOf(cursor: string): { page: number; after: Position } {
  const text = Buffer.from(cursor, 'base64url').toString();
  try {
    if (!shape.test(text)) throw new RangeError('another shape');
    const [page, createdAt, id] = JSON.parse(text) as [number, string, string];
    if (new Date(createdAt).toISOString() !== createdAt) throw new RangeError('no such day'); // the database refuses 30 February
    return { page, after: { createdAt, id } };
  } catch (cause) {
    throw new Problem('parameter_invalid', {
      param: 'cursor',
      message: "'cursor' must be the 'nextCursor' of an earlier response.",
      cause,
    });
  }
}
