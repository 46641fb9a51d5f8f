import { describe, expect } from 'vitest';
import { type Backend, backends, clientOf } from '../support/client.ts';
import { only } from './only.ts';
import { messages, newTicket, ofTeam, read, ticket } from './tickets.ts';

const remove = (backend: Backend, ticketId: string, key?: string, teamId = ofTeam.teamId) =>
  clientOf(backend, key).DELETE(ticket, { params: { path: { teamId, ticketId } } });

describe.each(backends)('deleteTicket on $name', (backend) => {
  const stateful = only(backend, 'keeps state');

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
});
