// Each type of event is created by its source, exactly as the contract declares it.
import { describe, expect, test } from 'vitest';
import { demoCustomer } from '../contract/demo.ts';
import { ticketsOf } from '../contract/ticketsWithEvents.ts';
import { backends, keys, send, team } from '../support/client.ts';
import { contract, type Node } from '../support/judge.ts';
import { signatureOf } from '../support/partner.ts';
import { eventTypes, problemsOfPayload } from './payload.ts';

const [server] = backends;
const tickets = ticketsOf(server);

/** A member of the team, to whom a ticket of the demo is assigned. */
async function member(): Promise<string> {
  const response = await send(server, `/api/v1/teams/${team.id}/tickets?pageSize=100&status=closed`);
  const { data } = (await response.json()) as { data: { assignedTo: string | null }[] };
  return data.find(({ assignedTo }) => assignedTo)?.assignedTo as string; // all closed tickets of the demo have one
}
const typesOf = (events: Node[]) => events.map(({ type }) => type.replace('ticket.', ''));
const snapshot = (ticket: Node) => ({
  id: ticket.id,
  uuid: ticket.uuid,
  title: ticket.title,
  status: ticket.status,
  priority: ticket.priority,
  customer_id: ticket.customerId,
  customer_name: ticket.customerName,
  assigned_to: ticket.assignedTo,
  tags: ticket.tags,
  created_at: ticket.createdAt,
  updated_at: ticket.updatedAt,
  closed_at: ticket.closedAt,
});

/** The new events of a ticket, each validated against its declaration. */
async function eventsOf(ticket: Node, known = 0): Promise<Node[]> {
  const all = await tickets.events({ resource: ticket.id, pageSize: 100 });
  for (const event of all) {
    expect(problemsOfPayload(event)).toEqual([]);
    expect(event.team_id).toBe(team.id);
  }
  return all.slice(known);
}

describe('a new ticket', () => {
  test('creates ticket.created with the state of the ticket', async () => {
    const ticket = await tickets.create({
      customerId: demoCustomer.id,
      tags: ['a', 'b'],
      notes: 'n',
      metadata: { k: 'v' },
    });
    const [event, ...rest] = await eventsOf(ticket);
    expect(rest).toEqual([]);
    expect(event).toMatchObject({ type: 'ticket.created', created_at: ticket.createdAt });
    expect(event?.data).toEqual({ ticket: snapshot(ticket) });
  });

  test('also creates ticket.assigned and ticket.closed if it starts assigned and closed, with consecutive numbers', async () => {
    const ticket = await tickets.create({ assignedTo: await member(), status: 'resolved' });
    const events = await eventsOf(ticket);
    expect(typesOf(events)).toEqual(['created', 'assigned', 'closed']);
    for (const { data } of events) expect(data).toEqual({ ticket: snapshot(ticket) });
    const [first] = events.map(({ sequence }) => sequence);
    expect(events.map(({ sequence }) => sequence)).toEqual([first, first + 1, first + 2]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(3);
  });
});

describe('an update', () => {
  const rows: [field: string, before: Node, change: Node, from: unknown, to: unknown][] = [
    ['title', {}, { title: 'Other' }, 'Eventful', 'Other'],
    ['status', {}, { status: 'open' }, 'new', 'open'],
    ['priority', {}, { priority: 'urgent' }, 'normal', 'urgent'],
    ['notes', {}, { notes: 'Call back' }, null, 'Call back'],
    ['notes', { notes: 'Call back' }, { notes: null }, 'Call back', null],
    ['tags', { tags: ['one', 'two'] }, { tags: ['two', 'three'] }, ['one', 'two'], ['two', 'three']],
    ['tags', { tags: ['one'] }, { tags: [] }, ['one'], []],
    ['metadata', { metadata: { a: '1' } }, { metadata: { b: '2' } }, { a: '1' }, { a: '1', b: '2' }],
    ['metadata', { metadata: { a: '1' } }, { metadata: { a: null } }, { a: '1' }, {}],
  ];
  test.each(rows)('of %s from %j with %j lists the change', async (field, before, change, from, to) => {
    const made = await tickets.create(before);
    const ticket = await tickets.update(made.id, change);
    const [event, ...rest] = await eventsOf(ticket, 1);
    expect(rest).toEqual([]);
    expect(event).toMatchObject({ type: 'ticket.updated', created_at: ticket.updatedAt });
    expect(event?.data).toEqual({ ticket: snapshot(ticket), changes: { [field]: { from, to } } });
  });

  test('of all fields creates one event with every change', async () => {
    const made = await tickets.create();
    const assignedTo = await member();
    const change = {
      title: 'T',
      status: 'open',
      priority: 'low',
      assignedTo,
      tags: ['x'],
      notes: 'n',
      metadata: { k: 'v' },
    };
    const ticket = await tickets.update(made.id, change);
    const [updated, assigned, ...rest] = await eventsOf(ticket, 1);
    expect(rest).toEqual([]);
    expect(updated?.data.changes).toEqual({
      title: { from: 'Eventful', to: 'T' },
      status: { from: 'new', to: 'open' },
      priority: { from: 'normal', to: 'low' },
      assigned_to: { from: null, to: assignedTo },
      tags: { from: [], to: ['x'] },
      notes: { from: null, to: 'n' },
      metadata: { from: {}, to: { k: 'v' } },
    });
    expect(assigned).toMatchObject({ type: 'ticket.assigned', data: { ticket: snapshot(ticket) } });
  });

  test('without a change creates no event and keeps updatedAt', async () => {
    const assignedTo = await member();
    const same = {
      title: 'Same',
      status: 'closed',
      tags: ['x', 'y'],
      notes: 'n',
      metadata: { a: '1', b: '2' },
      assignedTo,
    };
    const made = await tickets.create(same);
    const again = await tickets.update(made.id, { ...same, metadata: { b: '2', a: '1', none: null } });
    expect(again).toEqual(made);
    expect(typesOf(await eventsOf(made))).toEqual(['created', 'assigned', 'closed']);
  });

  test('that removes the assignment does not create ticket.assigned', async () => {
    const made = await tickets.create({ assignedTo: await member() });
    await tickets.update(made.id, { assignedTo: null });
    const [event, ...rest] = await eventsOf(made, 2);
    expect(rest).toEqual([]);
    expect(event?.data.changes).toEqual({ assigned_to: { from: made.assignedTo, to: null } });
  });

  test('creates ticket.closed only if the ticket becomes resolved or closed', async () => {
    const made = await tickets.create();
    const steps = ['resolved', 'closed', 'open', 'closed'];
    for (const status of steps) await tickets.update(made.id, { status });
    const events = await eventsOf(made, 1);
    expect(typesOf(events)).toEqual(['updated', 'closed', 'updated', 'updated', 'updated', 'closed']);
    expect(events.map(({ data }) => data.ticket.closed_at === null)).toEqual([false, false, false, true, false, false]);
  });
});

describe('a message', () => {
  test.each([false, true])('creates ticket.message_added, internal: %s', async (isInternal) => {
    const made = await tickets.create();
    const message = await tickets.say(made.id, { isInternal, sender: 'customer', senderName: 'Jane' });
    const [event, ...rest] = await eventsOf(made, 1);
    expect(rest).toEqual([]);
    expect(event?.type).toBe('ticket.message_added');
    expect(event?.data.message).toEqual({
      id: message.id,
      uuid: message.uuid,
      ticket_id: made.id,
      content: 'Hello',
      sender: 'customer',
      sender_name: 'Jane',
      is_internal: isInternal,
      created_at: message.createdAt,
    });
    expect(event?.data.ticket).toMatchObject({ id: made.id, updated_at: message.createdAt });
  });
});

describe('a deletion', () => {
  test('contains the last state, and the earlier events are kept', async () => {
    const made = await tickets.create();
    const last = await tickets.update(made.id, { title: 'Last words' });
    await tickets.remove(made.id);
    const events = await eventsOf(made);
    expect(typesOf(events)).toEqual(['created', 'updated', 'deleted']);
    expect(events.at(-1)?.data).toEqual({ ticket: snapshot(last) });
  });

  test('of live data creates a live event', async () => {
    const live = ticketsOf(server, keys.secretLive);
    const made = await live.create();
    await live.remove(made.id);
    expect(typesOf(await live.events({ resource: made.id }))).toEqual(['created', 'deleted']);
    expect(await tickets.events({ resource: made.id })).toEqual([]);
  });
});

/** The event types of a key, from creation to revocation. */
async function lifeOfKey(): Promise<Set<string>> {
  const call = async (method: string, path: string, body?: object) => {
    const init = {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    };
    const response = await send(server, `/api/v1/teams/${team.id}/api-keys${path}`, init);
    return ((await response.json()) as Node).data;
  };
  const { id } = await call('POST', '', { name: 'Eventful', permissions: [] });
  await call('PATCH', `/${id}`, { name: 'More eventful' });
  const { key } = await call('POST', `/${id}/rotate`, { overlapSeconds: 0 });
  const report = JSON.stringify([{ token: key, type: 'cstar_api_key' }]);
  const headers = { 'content-type': 'application/json', ...signatureOf(report) };
  await send(server, '/api/v1/leaked-keys', { method: 'POST', key: '', headers, body: report });
  await call('DELETE', `/${id}`);
  const events = await tickets.events({ resource: id, pageSize: 100 });
  for (const event of events) {
    expect(problemsOfPayload(event)).toEqual([]);
    expect(event.data.api_key.id).toBe(id);
  }
  return new Set(events.map(({ type }) => type));
}

/** The laws (test/laws/traces.test.ts) cover these events of every resource. */
const ofLaws = new Set(
  Object.values<Node>(contract.components.schemas)
    .filter((schema) => schema['x-snapshot'])
    .flatMap(({ properties }) => ['created', 'updated', 'deleted'].map((verb) => `${properties.object.const}.${verb}`)),
);

test('this file covers every event type of the contract', async () => {
  const ticket = await tickets.create({ assignedTo: await member(), status: 'closed' });
  await tickets.update(ticket.id, { title: 'Seen' });
  await tickets.say(ticket.id, {});
  await tickets.remove(ticket.id);
  const seen = new Set((await eventsOf(ticket)).map(({ type }) => type));
  const found = seen.union(await lifeOfKey()).union(ofLaws);
  expect(eventTypes.filter((type) => !found.has(type))).toEqual([]);
});

test('the judge finds an extra and a missing field in a payload', async () => {
  const ticket = await tickets.create();
  const [event] = (await eventsOf(ticket)) as [Node];
  expect(problemsOfPayload({ ...event, data: { ...event.data, extra: 1 } })).toHaveLength(1);
  expect(problemsOfPayload({ ...event, data: { ticket: { ...event.data.ticket, extra: 1 } } })).toHaveLength(1);
  const { title: _, ...less } = event.data.ticket;
  expect(problemsOfPayload({ ...event, data: { ticket: less } })).toHaveLength(1);
});
