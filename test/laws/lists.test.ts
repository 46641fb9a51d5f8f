// What every list does: pages, cursors, filters.
import { describe, expect, test } from 'vitest';
import { only } from '../contract/only.ts';
import { type Backend, backends } from '../support/client.ts';
import { follow, type Node } from '../support/judge.ts';
import type { TableEntry } from '../support/table.ts';
import { ask, newItem } from './asking.ts';
import { type Collection, collections, filtersOf } from './collections.ts';

/** Events continue by sequence instead. */
const isPaged = ({ list }: Collection) => (list.query as readonly string[]).includes('cursor');
const itemsMax = 100;

/** Items that are there while the test runs: other tests add newer ones. */
async function filled(backend: Backend, collection: Collection): Promise<void> {
  if (collection.create) for (let i = 0; i < 3; i++) await newItem(backend, collection);
}
const items = async (backend: Backend, { list }: Collection, query: Record<string, string | number> = {}) =>
  (await ask(backend, list, { query })).body;
const idsOf = (page: Node): string[] => page.data.map(({ id }: Node) => id);

/** The values of the fields that a filter compares. */
function valuesOf(item: Node, { name, 'x-filters': fields = [name] }: Node): unknown[] {
  return fields.flatMap((field: string) => field.split('.').reduce((value: any, key) => value?.[key], item) ?? []);
}

describe.each(backends)('lists on $name', (backend) => {
  const lookingUp = only(backend, 'looks data up');

  describe.each(collections)('$list.operationId', (collection) => {
    const { list } = collection;

    test('200 returns the first 20 items by default', async () => {
      const { data, pagination } = await items(backend, collection);
      expect(pagination).toMatchObject({ page: 1, pageSize: 20 });
      expect(data.length).toBeLessThanOrEqual(20);
      expect(pagination.total).toBeGreaterThanOrEqual(data.length);
    });

    test.each([
      ['pageSize', '0'],
      ['pageSize', '101'],
      ['pageSize', 'many'],
    ])('400 names %s for %s', async (param, value) => {
      const { status, body } = await ask(backend, list, { query: { [param]: value } });
      expect([status, body.error]).toMatchObject([400, { code: 'parameter_invalid', param }]);
    });

    const compared = filtersOf(collection).filter((filter) => !filter['x-searches'] && hasField(collection, filter));
    lookingUp.each(compared.map((filter) => [filter.name, filter] as const))(
      '200 filtered by %s returns the items with this value, and counts them',
      { retry: 3 }, // another test may write between two requests
      async (name, filter) => {
        await filled(backend, collection);
        const page = await items(backend, collection, { pageSize: itemsMax });
        const oldest = Math.ceil(Math.min(page.pagination.total, 10_000) / itemsMax); // those of the demo have all fields
        const { data } = isPaged(collection)
          ? await items(backend, collection, { pageSize: itemsMax, page: oldest })
          : page;
        const sample: Node | undefined = [...page.data, ...data].find((item) => valuesOf(item, filter).length > 0);
        const values = follow(filter.schema).enum ?? (sample ? [valuesOf(sample, filter)[0]] : []);
        expect(values.length, `no item has a value for ${name}`).toBeGreaterThan(0);
        for (const value of values) {
          const found = await items(backend, collection, { [name]: value, pageSize: itemsMax });
          for (const item of found.data) expect(valuesOf(item, filter)).toContain(value);
          expect(found.pagination.total).toBeGreaterThanOrEqual(found.data.length);
          if (!found.pagination.hasMore) expect(found.pagination.total).toBe(found.data.length);
          const expected = page.data
            .filter((item: Node) => valuesOf(item, filter).includes(value))
            .map(({ id }: Node) => id);
          if (!found.pagination.hasMore) expect(idsOf(found)).toEqual(expect.arrayContaining(expected));
        }
      },
    );
  });

  describe.each(collections.filter(isPaged))('$list.operationId', (collection) => {
    const { list } = collection;

    // Page 2 is the first item again when another test has added one in between.
    test('200 continues by page and by cursor with other items', { retry: 3 }, async () => {
      await filled(backend, collection);
      const first = await items(backend, collection, { pageSize: 1 });
      expect(first.pagination).toMatchObject({ page: 1, pageSize: 1, hasMore: true });
      for (const query of [{ page: 2 }, { cursor: first.pagination.nextCursor }] as Record<string, string>[]) {
        const next = await items(backend, collection, { pageSize: 1, ...query });
        expect(next.pagination).toMatchObject({ page: 2, pageSize: 1 });
        expect(idsOf(next)).toHaveLength(1);
        expect(idsOf(next)).not.toEqual(idsOf(first));
      }
    });

    lookingUp('200 returns every item once by cursor', async () => {
      await filled(backend, collection);
      const start = await items(backend, collection, { pageSize: 1 });
      const from = start.pagination.nextCursor; // other tests may add newer items, which come before it
      const byCursor: string[] = [];
      for (let cursor = from; cursor && byCursor.length < 8; ) {
        const next = await items(backend, collection, { pageSize: 2, cursor });
        byCursor.push(...idsOf(next));
        cursor = next.pagination.nextCursor;
      }
      const whole = idsOf(await items(backend, collection, { pageSize: itemsMax, cursor: from }));
      expect(byCursor.length).toBeGreaterThan(1);
      expect(byCursor).toEqual(whole.slice(0, byCursor.length));
      const exact = await items(backend, collection, { pageSize: whole.length, cursor: from });
      if (whole.length < itemsMax) expect(exact.pagination).toMatchObject({ hasMore: false });
      const beyond = await items(backend, collection, { page: 10_000, pageSize: 1 });
      expect(beyond).toMatchObject({ data: [], pagination: { hasMore: false } });
    });

    test.each<[param: string, query: Record<string, string>]>([
      ['page', { page: '0' }],
      ['page', { page: 'first' }],
      ['page', { page: '101', pageSize: '100' }],
      ['page', { page: '10001', pageSize: '1' }],
      ['page', { page: '2', cursor: 'x' }],
      ['cursor', { cursor: 'nothing' }],
      ['cursor', { cursor: 'WzEsIjIwMjYtMDItMzBUMDA6MDA6MDAuMDAwWiIsIngiXQ' }],
      ['cursor', { cursor: '%%' }],
    ])('400 names %s for %j', async (param, query) => {
      const { status, body } = await ask(backend, list, { query });
      expect([status, body.error]).toMatchObject([400, { code: 'parameter_invalid', param }]);
    });
  });

  test('the table has the lists that the contract calls pages', () => {
    expect(collections.length).toBeGreaterThan(3);
    expect(collections.every(({ list }: { list: TableEntry }) => list.operationId.startsWith('list'))).toBe(true);
  });
});

/** Whether the filter compares fields of the items. Others are tested where their operation is. */
const hasField = ({ schema }: Collection, { name, 'x-filters': fields = [name] }: Node): boolean =>
  fields.every((field: string) =>
    field.split('.').reduce((node: Node | undefined, key) => node && follow(node).properties?.[key], schema),
  );
