// Pages of a list, by number or by cursor.
import type { components } from '../../generated/types.ts';
import { countMax, type Paging, type Position } from '../storage/page.ts';
import type { Found } from '../storage/rows.ts';
import { Problem } from './problem.ts';

type Query = { page?: number; pageSize?: number; cursor?: string };

/** @throws 400 `parameter_invalid` for a page that is too deep, an invalid cursor, or a page together with a cursor */
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

/** The body of a page: its rows, each mapped to the contract, and `pagination`. */
export function pageOf<Row, Item>(
  { found, total }: Found<Row>,
  { page, pageSize }: Paging,
  positionOf: (row: Row) => Position,
  toItem: (row: Row) => Item,
): { data: Item[]; pagination: components['schemas']['Pagination'] } {
  const rows = found.slice(0, pageSize);
  const last = rows.at(-1);
  const hasMore = found.length > pageSize;
  return {
    data: rows.map(toItem),
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

/** The position of a row in a list that is ordered by creation time. */
export const byCreation = ({ created_at, id }: { created_at: Date; id: string }): Position => ({
  createdAt: created_at.toISOString(),
  id,
});

/** The highest page number (contract: Pagination). Later pages keep this number. */
const pageMax = 1_000_000_000;

const cursorOf = (page: number, { createdAt, id }: Position): string =>
  Buffer.from(JSON.stringify([Math.min(page, pageMax), createdAt, id])).toString('base64url');

const shape = /^\[(?:[1-9]\d{0,8}|1000000000),"(?!0000)\d{4}-[^"]+","[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"\]$/;

function placeOf(cursor: string): { page: number; after: Position } {
  const text = Buffer.from(cursor, 'base64url').toString();
  try {
    if (!shape.test(text)) throw new RangeError('another shape');
    const [page, createdAt, id] = JSON.parse(text) as [number, string, string];
    if (new Date(createdAt).toISOString() !== createdAt) throw new RangeError('no such day'); // the database rejects 30 February
    return { page, after: { createdAt, id } };
  } catch (cause) {
    throw new Problem('parameter_invalid', {
      param: 'cursor',
      message: "'cursor' must be the 'nextCursor' of an earlier response.",
      cause,
    });
  }
}
