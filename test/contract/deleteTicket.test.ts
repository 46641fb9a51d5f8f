import { describe, expect, test } from 'vitest';
import { type Backend, backends, clientOf } from '../support/client.ts';
import { missingTicket } from './demo.ts';
import { only } from './only.ts';
import { messages, newTicket, ofTeam, read, strangers, ticket } from './tickets.ts';

const remove = (backend: Backend, ticketId: string, key?: string, teamId = ofTeam.teamId) =>
  clientOf(backend, key).DELETE(ticket, { params: { path: { teamId, ticketId } } });

describe.each(backends)('deleteTicket on $name', (backend) => {
  const stateful = only(backend, 'keeps state');
  const lookingUp = only(backend, 'looks data up');

  test.each(['id', 'uuid'] as const)(
    '200 returns the ID of the deleted ticket, requested by its %s',
    async (spelling) => {
      const made = await newTicket(backend);
      const { data, response } = await remove(backend, made[spelling]);
      expect(response.status).toBe(200);
      expect(data?.data).toEqual({ deleted: true, id: made.id });
    },
  );

  stateful('404 after the deletion, for the ticket and its messages', async () => {
    const { id } = await newTicket(backend);
    const path = { ...ofTeam, ticketId: id };
    await clientOf(backend).POST(messages, { params: { path }, body: { content: 'Hello' } });
    await remove(backend, id);
    expect(await read(backend, id)).toBeUndefined();
    const again = await remove(backend, id);
    expect(again.response.status).toBe(404);
    expect(again.error?.error).toMatchObject({ code: 'resource_missing', param: 'ticketId' });
    expect((await clientOf(backend).GET(messages, { params: { path } })).response.status).toBe(404);
    const late = await clientOf(backend).POST(messages, { params: { path }, body: { content: 'Late' } });
    expect(late.response.status).toBe(404);
  });

  stateful('200 creates an audit entry that names the ticket', async () => {
    const made = await newTicket(backend);
    const { data } = await remove(backend, made.id);
    for (const resource of [made.id, made.uuid]) {
      const log = await clientOf(backend).GET('/api/v1/teams/{teamId}/audit-log', {
        params: { path: ofTeam, query: { resource } },
      });
      expect(log.data?.data).toMatchObject([
        { action: 'ticket.deleted', resource: { type: 'ticket', id: made.id }, before: null, after: null },
      ]);
      expect(log.data?.data[0]?.requestId).toBe(data?.meta.requestId);
    }
  });

  stateful.each(strangers)('404 for $who, and the ticket is kept', async ({ teamId, key }) => {
    const { id } = await newTicket(backend);
    expect((await remove(backend, id, key, teamId)).response.status).toBe(404);
    expect((await read(backend, id))?.id).toBe(id);
  });

  lookingUp('404 for a ticket that does not exist', async () => {
    expect((await remove(backend, missingTicket)).response.status).toBe(404);
  });
});
