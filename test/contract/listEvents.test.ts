import { describe, expect, test } from 'vitest';
import { backends, clientOf, keys, send, team } from '../support/client.ts';
import { only } from './only.ts';
import { ticketsOf } from './ticketsWithEvents.ts';

const events = '/api/v1/teams/{teamId}/events';
const path = { teamId: team.id };

describe.each(backends)('listEvents on $name', (backend) => {
  const tickets = ticketsOf(backend);

  test('200 oldest first, in the order of sequence', async () => {
    await tickets.create();
    const numbers = (await tickets.events({ pageSize: 100 })).map(({ sequence }) => sequence);
    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test('200 continues after the last sequence, page by page, to the end', async () => {
    await tickets.create();
    await tickets.create();
    const [first, second] = await tickets.events({ pageSize: 2 });
    const next = await tickets.page({ pageSize: 1, after: first?.sequence });
    expect(next.data).toEqual([second]);
    expect(next.pagination).toMatchObject({ page: 1, pageSize: 1, hasMore: true });
    const end = await tickets.page({ after: Number.MAX_SAFE_INTEGER });
    expect(end).toMatchObject({ data: [], pagination: { total: 0, hasMore: false } });
  });

  test('200 returns 20 events per page by default', async () => {
    expect((await tickets.page()).pagination.pageSize).toBe(20);
  });

  only(backend, 'looks data up')('200 filters by resource, in both spellings of the ID', async () => {
    const { id, uuid } = await tickets.create();
    await tickets.update(id, { title: 'Renamed' });
    const byId = await tickets.page({ resource: id });
    expect(byId.data.map(({ type }: { type: string }) => type)).toEqual(['ticket.created', 'ticket.updated']);
    expect(byId.pagination).toMatchObject({ total: 2, hasMore: false });
    expect((await tickets.page({ resource: uuid })).data).toEqual(byId.data);
    expect((await tickets.page({ resource: uuid.toUpperCase() })).data).toEqual(byId.data);
    expect(await tickets.events({ resource: 'tkt_000000000001' })).toEqual([]);
    for (const prefix of ['key', 'cus', 'abc'])
      expect(await tickets.events({ resource: id.replace('tkt', prefix) })).toEqual([]); // the same UUID, but another resource
  });

  only(backend, 'looks data up')(
    '200 filters by type, and total counts the events after the given sequence',
    async () => {
      const { id } = await tickets.create({ status: 'closed' });
      await tickets.update(id, { title: 'Renamed' });
      await tickets.update(id, { title: 'Renamed again' });
      const all = await tickets.page({ resource: id, type: 'ticket.updated' });
      expect(all.pagination.total).toBe(2);
      const [{ sequence }, last] = all.data;
      const rest = await tickets.page({ resource: id, type: 'ticket.updated', after: sequence });
      expect([rest.data, rest.pagination.total]).toEqual([[last], 1]);
      const page = await tickets.page({ resource: id, pageSize: 3 });
      expect(page.pagination).toMatchObject({ total: 4, hasMore: true });
      expect((await tickets.page({ resource: id, pageSize: 4 })).pagination).toMatchObject({
        total: 4,
        hasMore: false,
      });
    },
  );

  only(backend, 'looks data up')('200 separates test and live events', async () => {
    const live = ticketsOf(backend, keys.secretLive);
    const [inLive, inTest] = [await live.create(), await tickets.create()];
    expect(await tickets.events({ resource: inLive.id })).toEqual([]);
    expect(await live.events({ resource: inTest.id })).toEqual([]);
    expect(await live.events({ resource: inLive.id })).toHaveLength(1);
    expect(await tickets.events({ resource: inTest.id })).toHaveLength(1);
  });

  test.each([
    ['after', '-1'],
    ['after', '1.5'],
    ['after', 'x'],
    ['after', '9007199254740993'],
    ['pageSize', '0'],
    ['pageSize', '101'],
    ['type', 'ticket.exploded'],
    ['resource', 'tkt_1'],
    ['resource', 'customer_000000000001'],
  ])('400 for %s=%s', async (param, value) => {
    const response = await send(backend, `/api/v1/teams/${team.id}/events?${param}=${value}`);
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: object };
    expect(error).toMatchObject({ code: 'parameter_invalid', param });
  });

  test('400 for the parameter page', async () => {
    const response = await send(backend, `/api/v1/teams/${team.id}/events?page=2`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'parameter_unknown', param: 'page' } });
  });

  test('403 for a publishable key', async () => {
    const { error, response } = await clientOf(backend, keys.publishableTest).GET(events, { params: { path } });
    expect([response.status, error?.error.code]).toEqual([403, 'insufficient_permissions']);
  });

  test('403 names the missing permission events:read', async () => {
    const { error, response } = await clientOf(backend, keys.ticketsReadOnly).GET(events, { params: { path } });
    expect([response.status, error?.error.code]).toEqual([403, 'insufficient_permissions']);
    expect(error?.error.message).toContain('events:read');
  });
});
