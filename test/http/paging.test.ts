// A cursor is valid for every page.
import { expect, test } from 'vitest';
import { byCreation, pageOf, pagingOf } from '../../src/http/paging.ts';
import { contract } from '../support/judge.ts';

const rows = Array.from({ length: 3 }, (_, i) => ({
  created_at: new Date(Date.UTC(2026, 0, 1, 0, 0, i)),
  id: `00000000-0000-8000-8000-00000000000${i}`,
}));
const cursorOf = (page: number): string =>
  Buffer.from(JSON.stringify([page, rows[0]?.created_at, rows[0]?.id])).toString('base64url');

test.each([1, 2, 99_999_999, 999_999_998, 999_999_999, 1_000_000_000])(
  'the nextCursor of page %i is accepted, and its page number is valid',
  (page) => {
    const { maximum } = contract.components.schemas.Pagination.properties.page;
    let cursor = cursorOf(page);
    for (let i = 0; i < 4; i++) {
      const { pagination } = pageOf(
        { found: rows, total: 10 },
        pagingOf({ cursor, pageSize: 2 }),
        byCreation,
        ({ id }) => id,
      );
      expect(pagination.page).toBeLessThanOrEqual(maximum);
      cursor = pagination.nextCursor as string; // there is a third row
    }
  },
);

test.each([
  [9_999, { total: 9_999 }],
  [10_000, { total: 10_000 }],
  [10_001, { total: 10_000, totalIsCapped: true }],
])('a total of %i is %j', (total, expected) => {
  const { pagination } = pageOf({ found: rows, total }, pagingOf({ pageSize: 2 }), byCreation, ({ id }) => id);
  expect({ total: pagination.total, ...(pagination.totalIsCapped && { totalIsCapped: true }) }).toEqual(expected);
});

test.each([0, -1, 1.5, 1_000_000_001, 10_000_000_000])('a cursor for page %d is rejected', (page) => {
  expect(() => pagingOf({ cursor: cursorOf(page) })).toThrow(
    "'cursor' must be the 'nextCursor' of an earlier response.",
  );
});
