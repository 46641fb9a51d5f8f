import { describe, expect, test } from 'vitest';
import { type Backend, backends, clientOf, keys } from '../support/client.ts';
import { demoTicket, withInternal } from './demo.ts';
import { only } from './only.ts';
import { messages, newTicket, ofTeam } from './tickets.ts';

type Query = { page?: number; pageSize?: number; cursor?: string };
const list = (backend: Backend, ticketId: string, query: Query = {}, key?: string, teamId = ofTeam.teamId) =>
  clientOf(backend, key).GET(messages, { params: { path: { teamId, ticketId }, query } });

describe.each(backends)('listMessages on $name', (backend) => {
  const stateful = only(backend, 'keeps state');
  const lookingUp = only(backend, 'looks data up');

  test('200 returns the same messages for both spellings of the ticket ID', async () => {
    const [byId, byUuid] = await Promise.all([list(backend, demoTicket.id), list(backend, demoTicket.uuid)]);
    expect(byId.response.status).toBe(200);
    expect(byId.data?.data.length).toBeGreaterThan(0);
    expect(byId.data?.data.every(({ ticketId }) => ticketId === demoTicket.id)).toBe(true);
    expect(byUuid.data?.data).toEqual(byId.data?.data);
  });

  stateful('200 returns every message once, oldest first, by page and by cursor', async () => {
    const { id } = await withMessages(backend, 7);
    const expected = Array.from({ length: 7 }, (_, i) => `Message ${i + 1}`);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { data } = await list(backend, id, cursor ? { pageSize: 2, cursor } : { pageSize: 2 });
      seen.push(...(data?.data.map(({ content }) => content) ?? []));
      cursor = data?.pagination.nextCursor;
    } while (cursor);
    expect(seen).toEqual(expected);
    const pages = await Promise.all([1, 2, 3, 4].map((page) => list(backend, id, { pageSize: 2, page })));
    expect(pages.flatMap(({ data }) => data?.data.map(({ content }) => content))).toEqual(expected);
  });

  stateful('200 omits internal messages for a publishable key, in total as well', async () => {
    const { id } = await withMessages(backend, 2);
    const body = { content: 'Among us', isInternal: true };
    await clientOf(backend).POST(messages, { params: { path: { ...ofTeam, ticketId: id } }, body });
    const secret = await list(backend, id);
    expect(secret.data?.data.map(({ content }) => content)).toEqual(['Message 1', 'Message 2', 'Among us']);
    expect(secret.data?.pagination.total).toBe(3);
    const publishable = await list(backend, id, { pageSize: 2 }, keys.publishableTest);
    expect(publishable.data?.data.map(({ content }) => content)).toEqual(['Message 1', 'Message 2']);
    expect(publishable.data?.pagination).toMatchObject({ total: 2, hasMore: false });
  });

  lookingUp('200 omits the internal message of the demo data for a publishable key', async () => {
    const all = await list(backend, withInternal);
    const visible = await list(backend, withInternal, {}, keys.publishableTest);
    expect(all.data?.data.filter(({ isInternal }) => isInternal)).toHaveLength(1);
    expect(visible.data?.pagination.total).toBe((all.data?.pagination.total as number) - 1);
    expect(visible.data?.data.every((message) => !('isInternal' in message))).toBe(true);
  });
});

async function withMessages(backend: Backend, count: number): Promise<{ id: string }> {
  const { id } = await newTicket(backend);
  for (let i = 1; i <= count; i++)
    await clientOf(backend).POST(messages, {
      params: { path: { ...ofTeam, ticketId: id } },
      body: { content: `Message ${i}` },
    });
  return { id };
}
