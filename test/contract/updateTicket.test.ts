import { describe, expect, test } from 'vitest';
import type { components } from '../../generated/types.ts';
import { type Backend, backends, clientOf } from '../support/client.ts';
import { demoTicket, foreignUuid } from './demo.ts';
import { only } from './only.ts';
import { newTicket, ofTeam, read, ticket } from './tickets.ts';

type Changes = components['schemas']['TicketUpdate'];
const patch = (backend: Backend, ticketId: string, body: Changes, key?: string, teamId = ofTeam.teamId) =>
  clientOf(backend, key).PATCH(ticket, { params: { path: { teamId, ticketId } }, body });

describe.each(backends)('updateTicket on $name', (backend) => {
  const stateful = only(backend, 'keeps state');
  const lookingUp = only(backend, 'looks data up');
  const change = async (ticketId: string, body: Changes) => {
    const { data } = await patch(backend, ticketId, body);
    if (!data) throw new Error('the ticket was not changed');
    return data.data;
  };

  stateful('200 replaces tags and notes', async () => {
    const { id } = await newTicket(backend, { title: 'x', notes: 'Old', tags: ['old', 'older'] });
    expect(await change(id, { notes: 'New', tags: ['new'] })).toMatchObject({ notes: 'New', tags: ['new'] });
    expect(await change(id, { notes: '', tags: [] })).toMatchObject({ tags: [] });
  });

  stateful('200 merges metadata, and null removes a key', async () => {
    const { id } = await newTicket(backend, { title: 'x', metadata: { a: '1', b: '2', c: '3' } });
    const { metadata } = await change(id, { metadata: { b: null, c: '4', d: '5', never: null } });
    expect(metadata).toEqual({ a: '1', c: '4', d: '5' });
    expect((await change(id, { metadata: {} })).metadata).toEqual(metadata);
  });

  stateful('400 names metadata if it would have more than 50 keys', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`key${i}`, 'x']));
    const { id } = await newTicket(backend, { title: 'x', metadata });
    const { error, response } = await patch(backend, id, { title: 'Not this', metadata: { more: 'x' } });
    expect(response.status).toBe(400);
    expect(error?.error).toMatchObject({ code: 'parameter_invalid', param: 'metadata' });
    expect(await read(backend, id)).toMatchObject({ title: 'x', metadata });
    const changed = await change(id, { metadata: { more: 'x', key0: null } });
    expect(Object.keys(changed.metadata ?? {})).toHaveLength(50);
  });

  stateful('200 sets closedAt, keeps it while the ticket is closed, and clears it', async () => {
    const { id } = await newTicket(backend);
    const resolved = await change(id, { status: 'resolved' });
    expect(resolved.closedAt).toBe(resolved.updatedAt);
    expect((await change(id, { status: 'closed' })).closedAt).toBe(resolved.closedAt);
    expect((await change(id, { title: 'Still closed' })).closedAt).toBe(resolved.closedAt);
    for (const status of ['open', 'pending', 'new'] as const) {
      await change(id, { status: 'closed' });
      expect((await change(id, { status })).closedAt).toBeNull();
    }
  });

  lookingUp('200 assigns the ticket, and null removes the assignment', async () => {
    const assignedTo = (await read(backend, demoTicket.id))?.assignedTo as string; // the oldest ticket is not new, so it is assigned
    const { id } = await newTicket(backend);
    expect((await change(id, { assignedTo })).assignedTo).toBe(assignedTo);
    expect((await change(id, { title: 'x' })).assignedTo).toBe(assignedTo);
    expect((await change(id, { assignedTo: null })).assignedTo).toBeNull();
  });

  lookingUp.each(['mem_000000000001', foreignUuid])('404 names assignedTo for %s', async (assignedTo) => {
    const { id } = await newTicket(backend);
    const { error, response } = await patch(backend, id, { assignedTo, title: 'Not this' });
    expect(response.status).toBe(404);
    expect(error?.error).toMatchObject({ code: 'resource_missing', param: 'assignedTo' });
    expect((await read(backend, id))?.title).not.toBe('Not this');
  });

  test.each([
    ['parameter_invalid', 'body', {}],
    ['parameter_unknown', 'customerId', { customerId: 'cus_000000000000' }],
    ['parameter_invalid', 'status', { status: null }],
    ['parameter_invalid', 'metadata.a', { metadata: { a: 1 } }],
    ['parameter_invalid', 'title', { title: 'x'.repeat(201) }],
  ])('400 %s names %s', async (code, param, body) => {
    const { error, response } = await patch(backend, demoTicket.id, body as never);
    expect(response.status).toBe(400);
    expect(error?.error).toMatchObject({ code, param });
  });
});
