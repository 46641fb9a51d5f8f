import { describe, expect, test } from 'vitest';
import { backends, clientOf, keys, otherTeam, send, team } from '../support/client.ts';
import { demoCustomer } from './demo.ts';
import { only } from './only.ts';
import { newTicket, ofTeam, tickets } from './tickets.ts';

describe.each(backends)('listTickets on $name', (backend) => {
  const lookingUp = only(backend, 'looks data up');

  test('400 refers to the cursor for pages beyond 10,000 items', async () => {
    const query = { page: 101, pageSize: 100 };
    const { error } = await clientOf(backend).GET(tickets, { params: { path: ofTeam, query } });
    expect(error?.error.message).toContain("'cursor'");
  });

  test.each<[string, Record<string, string>]>([
    ['status', { status: 'done' }],
    ['priority', { priority: 'HIGH' }],
    ['pageSize', { pageSize: '101' }],
    ['page', { page: 'first' }],
    ['customerId', { customerId: 'mem_q1W2e3R4t5Y6' }],
    ['search', { search: 'x'.repeat(101) }],
    ['tag', { tag: '' }],
  ])('400 for a %s that is not valid', async (param, query) => {
    const response = await send(backend, `/api/v1/teams/${team.id}/tickets?${new URLSearchParams(query)}`);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: object }).error).toMatchObject({ code: 'parameter_invalid', param });
  });

  test('403 for a publishable key that filters by assignedTo', async () => {
    const query = { assignedTo: 'mem_q1W2e3R4t5Y6' };
    const { error, response } = await clientOf(backend, keys.publishableTest).GET(tickets, {
      params: { path: ofTeam, query },
    });
    expect(response.status).toBe(403);
    expect(error?.error).toMatchObject({ code: 'insufficient_permissions', param: 'assignedTo' });
  });

  lookingUp('200 searches title and customer name, in any case, and treats % and _ and \\ as text', async () => {
    const word = crypto.randomUUID().slice(0, 8);
    const odd = await newTicket(backend, { title: `100%_off\\ ${word}` });
    const plain = await newTicket(backend, { title: `100 is off ${word}` });
    const named = await newTicket(backend, { title: 'Anything', customerName: `Émile ${word.toUpperCase()}` });
    const found = async (search: string) => {
      const { data } = await clientOf(backend).GET(tickets, { params: { path: ofTeam, query: { search } } });
      return data?.data.map(({ id }) => id);
    };
    expect(await found(word)).toEqual([named.id, plain.id, odd.id]);
    expect(await found(word.toUpperCase())).toEqual([named.id, plain.id, odd.id]);
    expect(await found(`éMILE ${word}`)).toEqual([named.id]);
    expect(await found(`%_off\\ ${word}`)).toEqual([odd.id]);
    expect(await found(`100%off ${word}`)).toEqual([]);
    expect(await found(`1_0 is off ${word}`)).toEqual([]);
  });

  lookingUp.each([
    ['NFD', 'NFC'],
    ['NFC', 'NFD'],
    ['NFC', 'NFC'],
    ['NFD', 'NFD'],
  ] as const)(
    '200 finds text written in %s with a search in %s, and returns the text as it was sent',
    async (written, asked) => {
      const word = crypto.randomUUID().slice(0, 8);
      const text = (form: string) => `Café ångström ${word} 한글`.normalize(form);
      const title = text(written);
      const made = await newTicket(backend, { title, tags: [title] });
      const named = await newTicket(backend, { title: 'Anything', customerName: title });
      const renamed = await newTicket(backend, { title: 'Something' });
      await clientOf(backend).PATCH('/api/v1/teams/{teamId}/tickets/{ticketId}', {
        params: { path: { ...ofTeam, ticketId: renamed.id } },
        body: { title, tags: [title] },
      });
      const found = async (query: { search?: string; tag?: string }) => {
        const { data } = await clientOf(backend).GET(tickets, { params: { path: ofTeam, query } });
        return data?.data;
      };
      for (const search of [text(asked), `CAFÉ ÅNGSTRÖM ${word}`.normalize(asked)])
        expect((await found({ search }))?.map(({ id }) => id)).toEqual([renamed.id, named.id, made.id]);
      const tagged = await found({ tag: text(asked) });
      expect(tagged?.map(({ id }) => id)).toEqual([renamed.id, made.id]);
      for (const one of tagged ?? []) expect([one.title, one.tags]).toEqual([title, [title]]);
      expect((await found({ search: text(asked) }))?.[1]?.customerName).toBe(title);
    },
  );

  lookingUp('200 combines filters', async () => {
    const search = crypto.randomUUID().slice(0, 8);
    const title = `Combined ${search}`;
    const wanted = await newTicket(backend, {
      title,
      status: 'open',
      priority: 'high',
      tags: [search],
      customerId: demoCustomer.id,
    });
    await newTicket(backend, { title, status: 'open', priority: 'low', tags: [search] });
    await newTicket(backend, { title, status: 'new', priority: 'high' });
    const query = { search, status: 'open', priority: 'high', tag: search, customerId: demoCustomer.uuid } as const;
    const { data } = await clientOf(backend).GET(tickets, { params: { path: ofTeam, query } });
    expect(data?.data.map(({ id }) => id)).toEqual([wanted.id]);
    expect(data?.pagination).toMatchObject({ total: 1, hasMore: false });
  });

  lookingUp.each([
    { customerId: 'cus_000000000000' },
    { assignedTo: 'mem_000000000000' },
    { tag: 'no such tag' },
    { tag: 'ffffffff-ffff-4fff-8fff-ffffffffffff' },
    { customerId: 'ffffffff-ffff-4fff-8fff-ffffffffffff' },
  ])('200 with an empty list for %j, which does not exist', async (query) => {
    const { data, response } = await clientOf(backend).GET(tickets, { params: { path: ofTeam, query } });
    expect([response.status, data?.data, data?.pagination.total]).toEqual([200, [], 0]);
  });

  lookingUp('200 returns only the tickets of the environment and team of the caller', async () => {
    const search = crypto.randomUUID().slice(0, 8);
    await newTicket(backend, { title: search });
    const total = async (key: string, teamId = team.id) => {
      const { data } = await clientOf(backend, key).GET(tickets, { params: { path: { teamId }, query: { search } } });
      return data?.pagination.total;
    };
    expect(await total(keys.secretTest)).toBe(1);
    expect(await total(keys.publishableTest)).toBe(1);
    expect(await total(keys.secretLive)).toBe(0);
    expect(await total(otherTeam.keys.secretTest, otherTeam.id)).toBe(0);
  });
});
