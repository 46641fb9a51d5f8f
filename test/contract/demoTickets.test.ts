// The 240 tickets of the demo on a server without writes: every filter and every kind of pagination, to the last row.
import { describe, expect, test } from 'vitest';
import { toUuid } from '../../src/storage/ids.ts';
import { clientOf, proxied, proxiedBackends, throughProxy } from '../support/client.ts';
import { demoCustomer, demoTags, demoTickets } from './demo.ts';
import { type Ticket, tickets } from './tickets.ts';

const [server] = proxiedBackends;
const [{ id: teamId, keys }] = proxied.demo.teams;
const client = clientOf(server, keys.secretTest, throughProxy());
type Query = NonNullable<NonNullable<Parameters<typeof client.GET>[1]>['params']>['query'];

async function pageOf(query: object) {
  const { data } = await client.GET(tickets, { params: { path: { teamId }, query: query as Query & {} } });
  if (!data) throw new Error('no page');
  return data;
}

/** Every row, page by page. */
async function walk(query: object, next: (page: Awaited<ReturnType<typeof pageOf>>) => object): Promise<Ticket[]> {
  const rows: Ticket[] = [];
  for (let asked = query; ; ) {
    const one = await pageOf(asked);
    rows.push(...one.data);
    expect(one.pagination.hasMore).toBe('nextCursor' in one.pagination);
    if (!one.pagination.hasMore) return rows;
    expect(one.data).toHaveLength(one.pagination.pageSize);
    asked = { ...query, ...next(one) };
  }
}
const byCursor = (query: object) => walk(query, ({ pagination }) => ({ cursor: pagination.nextCursor }));
const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id);
const wanted = (isWanted: (one: (typeof demoTickets)[number]) => boolean) => idsOf(demoTickets.filter(isWanted));

describe('listTickets on the demo data', () => {
  test.each([7, 20, 100])('200 returns every ticket once by cursor, %i per page, newest first', async (pageSize) => {
    expect(idsOf(await byCursor({ pageSize }))).toEqual(idsOf(demoTickets));
  });

  test.each([7, 48, 100])('200 returns the same order by page, %i per page', async (pageSize) => {
    const rows = await walk({ pageSize, page: 1 }, ({ pagination }) => ({ page: pagination.page + 1 }));
    expect(idsOf(rows)).toEqual(idsOf(demoTickets));
  });

  test('200 continues the page numbers after a switch to the cursor', async () => {
    const second = await pageOf({ pageSize: 48, page: 2 });
    const third = await pageOf({ pageSize: 48, cursor: second.pagination.nextCursor });
    expect(third.pagination).toMatchObject({ total: 240, page: 3, pageSize: 48, hasMore: true });
    expect(idsOf(third.data)).toEqual(idsOf(demoTickets.slice(96, 144)));
  });

  test('200 without a nextCursor on the last page, even if it is full', async () => {
    const { pagination } = await pageOf({ pageSize: 60, page: 4 });
    expect(pagination).toEqual({ total: 240, page: 4, pageSize: 60, hasMore: false });
  });

  test('200 with an empty page after the last page', async () => {
    const { data, pagination } = await pageOf({ pageSize: 100, page: 100 });
    expect([data, pagination]).toEqual([[], { total: 240, page: 100, pageSize: 100, hasMore: false }]);
  });

  test.each(['new', 'open', 'pending', 'resolved', 'closed'])('200 filters by status %s', async (status) => {
    const ids = wanted((one) => one.status === status);
    expect(idsOf(await byCursor({ status, pageSize: 9 }))).toEqual(ids);
    expect((await pageOf({ status })).pagination.total).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(9);
  });

  test.each(['low', 'normal', 'high', 'urgent'])('200 filters by priority %s', async (priority) => {
    const ids = wanted((one) => one.priority === priority);
    expect(idsOf(await byCursor({ priority }))).toEqual(ids);
    expect(ids.length).toBeGreaterThan(0);
  });

  test('200 filters by customer, in both spellings and in any case', async () => {
    const ids = wanted((one) => one.customerUuid === demoCustomer.uuid);
    for (const customerId of [demoCustomer.id, demoCustomer.uuid, demoCustomer.uuid.toUpperCase()])
      expect(idsOf(await byCursor({ customerId }))).toEqual(ids);
    expect(ids.length).toBeGreaterThan(0);
  });

  test('200 filters by team member, in both spellings', async () => {
    const all = await byCursor({ pageSize: 100 });
    const assignedTo = all.find((one) => one.assignedTo)?.assignedTo as string; // most are assigned
    const ids = idsOf(all.filter((one) => one.assignedTo === assignedTo));
    expect(idsOf(await byCursor({ assignedTo }))).toEqual(ids);
    expect(idsOf(await byCursor({ assignedTo: toUuid(assignedTo).toUpperCase() }))).toEqual(ids);
    expect(ids.length).toBeLessThan(240);
  });

  test.each(demoTags)('200 filters by the tag $name, by name and by UUID', async ({ id, name }) => {
    const ids = wanted(({ tags }) => tags.includes(name));
    expect(ids.length).toBeGreaterThan(0);
    expect(idsOf(await byCursor({ tag: name }))).toEqual(ids);
    expect(idsOf(await byCursor({ tag: id }))).toEqual(ids);
    expect(idsOf(await byCursor({ tag: id.toUpperCase() }))).toEqual(ids);
    expect(await byCursor({ tag: name.toUpperCase() })).toEqual([]);
  });

  test.each(['invoice', 'LOGIN', 'fischer', '(12', '%', '_'])('200 searches for %s', async (search) => {
    const holds = (text: string) => text.toLowerCase().includes(search.toLowerCase());
    const ids = wanted(({ title, customerName }) => holds(title) || holds(customerName));
    expect(idsOf(await byCursor({ search, pageSize: 50 }))).toEqual(ids);
  });
});
