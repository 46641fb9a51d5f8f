import { describe, expect, test } from 'vitest';
import { backends, clientOf, keys } from '../support/client.ts';
import { demoTicket, missingTicket, withInternal } from './demo.ts';
import { only } from './only.ts';
import { newTicket, ofTeam, read, strangers, ticket } from './tickets.ts';

const get = (backend: (typeof backends)[number], ticketId: string, key?: string, teamId = ofTeam.teamId) =>
  clientOf(backend, key).GET(ticket, { params: { path: { teamId, ticketId } } });

describe.each(backends)('getTicket on $name', (backend) => {
  const stateful = only(backend, 'keeps state');
  const lookingUp = only(backend, 'looks data up');

  lookingUp('200 returns the ticket of the list, with its messages', async () => {
    const { messages, ...found } = (await read(backend, demoTicket.id)) ?? { messages: [] };
    expect(found).toMatchObject({ title: demoTicket.title, status: demoTicket.status, tags: demoTicket.tags });
    expect(messages?.[0]).toMatchObject({ object: 'message', sender: 'customer', senderName: demoTicket.customerName });
  });

  lookingUp('200 omits internal messages for publishable keys only', async () => {
    const all = (await read(backend, withInternal))?.messages;
    const visible = (await read(backend, withInternal, keys.publishableTest))?.messages;
    expect(all?.filter(({ isInternal }) => isInternal)).toHaveLength(1);
    const expected = all?.filter(({ isInternal }) => !isInternal).map(({ isInternal: _, ...message }) => message);
    expect(visible).toEqual(expected);
  });

  stateful('200 contains the first 100 messages', async () => {
    const { id } = await newTicket(backend);
    const path = { ...ofTeam, ticketId: id };
    for (let i = 1; i <= 101; i++)
      await clientOf(backend).POST('/api/v1/teams/{teamId}/tickets/{ticketId}/messages', {
        params: { path },
        body: { content: `Message ${i}` },
      });
    const found = await read(backend, id);
    expect(found?.messages?.map(({ content }) => content)).toEqual(
      Array.from({ length: 100 }, (_, i) => `Message ${i + 1}`),
    );
    expect(found?.messageCount).toBe(101);
  });

  lookingUp.each(strangers)('404 for $who, identical to the response for a missing ticket', async ({ teamId, key }) => {
    const foreign = await get(backend, demoTicket.id, key, teamId);
    const missing = await get(backend, missingTicket, key, teamId);
    const { request_id: _, ...error } = foreign.error?.error ?? { request_id: '' };
    expect(foreign.response.status).toBe(404);
    expect(missing.error?.error).toMatchObject(error);
  });

  test.each(['tkt_short', 'cus_a1B2c3D4e5F6', 'x'])('400 for %s, which is not a ticket ID', async (ticketId) => {
    const { error, response } = await get(backend, ticketId);
    expect(response.status).toBe(400);
    expect(error?.error).toMatchObject({ code: 'parameter_invalid', param: 'ticketId' });
  });
});
