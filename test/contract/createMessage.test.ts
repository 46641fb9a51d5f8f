import { describe, expect, test } from 'vitest';
import type { components } from '../../generated/types.ts';
import { type Backend, backends, clientOf } from '../support/client.ts';
import { demoTicket } from './demo.ts';
import { only } from './only.ts';
import { messages, newTicket, ofTeam, read, strangers } from './tickets.ts';

type MessageCreate = components['schemas']['MessageCreate'];
const post = (backend: Backend, ticketId: string, body: MessageCreate, key?: string, teamId = ofTeam.teamId) =>
  clientOf(backend, key).POST(messages, { params: { path: { teamId, ticketId } }, body });

describe.each(backends)('createMessage on $name', (backend) => {
  const stateful = only(backend, 'keeps state');
  const add = async (ticketId: string, body: MessageCreate) => {
    const { data } = await post(backend, ticketId, body);
    if (!data) throw new Error('the message was not added');
    return data.data;
  };

  test.each(['id', 'uuid'] as const)('201 adds the message to the ticket named by its %s', async (spelling) => {
    const made = await newTicket(backend);
    const { data, response } = await post(backend, made[spelling], { content: 'Hello' });
    expect(response.status).toBe(201);
    expect(data?.data).toMatchObject({ object: 'message', ticketId: made.id });
  });

  stateful('201 defaults to a public message from an agent', async () => {
    const { id } = await newTicket(backend);
    const expected = { content: 'Hello', sender: 'agent', senderName: null, isInternal: false };
    expect(await add(id, { content: 'Hello' })).toMatchObject(expected);
  });

  stateful('201 stores every field that was sent', async () => {
    const { id } = await newTicket(backend);
    const body = { content: 'Zeile\n🎫', sender: 'system', senderName: 'Zoë', isInternal: true } as const;
    const made = await add(id, body);
    expect(made).toMatchObject(body);
    expect((await read(backend, id))?.messages).toEqual([made]);
  });

  stateful('201 counts the message in messageCount unless it is internal, and changes updatedAt', async () => {
    const { id } = await newTicket(backend);
    await add(id, { content: 'One' });
    await add(id, { content: 'Two', sender: 'customer' });
    const note = await add(id, { content: 'Note', isInternal: true });
    expect(await read(backend, id)).toMatchObject({ messageCount: 2, updatedAt: note.createdAt });
  });

  stateful('201 sets firstResponseAt only for the first public message from an agent', async () => {
    const { id } = await newTicket(backend);
    const firstResponseAt = async () => (await read(backend, id))?.firstResponseAt;
    await add(id, { content: 'Question', sender: 'customer' });
    await add(id, { content: 'Received', sender: 'system' });
    await add(id, { content: 'Note', isInternal: true });
    expect(await firstResponseAt()).toBeNull();
    const { createdAt } = await add(id, { content: 'Answer' });
    expect(await firstResponseAt()).toBe(createdAt);
    await add(id, { content: 'Another' });
    expect(await firstResponseAt()).toBe(createdAt);
  });

  stateful.each(strangers)('404 for $who, and no message is added', async ({ teamId, key }) => {
    const { id } = await newTicket(backend);
    expect((await post(backend, id, { content: 'Theirs' }, key, teamId)).response.status).toBe(404);
    expect(await read(backend, id)).toMatchObject({ messageCount: 0, messages: [] });
  });

  test.each([
    ['parameter_missing', 'content', { sender: 'agent' }],
    ['parameter_invalid', 'content', { content: '' }],
    ['parameter_invalid', 'sender', { content: 'x', sender: 'robot' }],
    ['parameter_invalid', 'isInternal', { content: 'x', isInternal: 'yes' }],
    ['parameter_unknown', 'ticketId', { content: 'x', ticketId: 'tkt_000000000001' }],
  ])('400 %s names %s', async (code, param, body) => {
    const { error, response } = await post(backend, demoTicket.id, body as never);
    expect(response.status).toBe(400);
    expect(error?.error).toMatchObject({ code, param });
  });
});
