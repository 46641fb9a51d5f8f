import { describe, expect, test } from 'vitest';
import { backends, clientOf, keys, otherTeam, team } from '../support/client.ts';
import { demoCustomer, foreignUuid } from './demo.ts';
import { only } from './only.ts';
import { newTicket, ofTeam, read, tickets } from './tickets.ts';

const path = ofTeam;

describe.each(backends)('createTicket on $name', (backend) => {
  const stateful = only(backend, 'keeps state');
  const lookingUp = only(backend, 'looks data up');

  test('201 returns the new ticket', async () => {
    const { data, response } = await clientOf(backend).POST(tickets, {
      params: { path },
      body: { title: 'Cannot log in' },
    });
    expect(response.status).toBe(201);
    expect(data?.data).toMatchObject({ object: 'ticket', title: 'Cannot log in', status: 'new' });
    expect(data?.meta.requestId).toBe(response.headers.get('X-Request-Id'));
  });

  test('201 uses the defaults for omitted fields', async () => {
    expect(await newTicket(backend, { title: 'Bare' })).toMatchObject({
      ...{ title: 'Bare', status: 'new', priority: 'normal', customerId: null, customerName: null, assignedTo: null },
      ...{ tags: [], notes: null, metadata: {}, messageCount: 0, closedAt: null, firstResponseAt: null },
    });
  });

  stateful('201 stores and returns every field that was sent', async () => {
    const body = {
      title: 'Überall 🎫 "quoted"',
      customerName: 'Zoë',
      status: 'open' as const,
      priority: 'urgent' as const,
      tags: ['vip', 'ünïcode'],
      notes: 'Line one\nline two',
      metadata: { orderId: '1042', 'a.b-c_D': '' },
    };
    const made = await newTicket(backend, body);
    expect(made).toMatchObject(body);
    expect(made.updatedAt).toBe(made.createdAt);
    expect(await read(backend, made.id)).toEqual({ ...made, messages: [] });
  });

  test.each(['resolved', 'closed'] as const)('201 with status %s sets closedAt', async (status) => {
    const made = await newTicket(backend, { title: 'Done', status });
    expect(made.closedAt).toBe(made.createdAt);
  });

  lookingUp.each([
    ['prefixed id', demoCustomer.id],
    ['UUID', demoCustomer.uuid],
    ['UUID in capitals', demoCustomer.uuid.toUpperCase()],
  ])('201 takes the name of an existing customer, by %s', async (_, customerId) => {
    const made = await newTicket(backend, { title: 'Known', customerId });
    expect(made).toMatchObject({ customerId: demoCustomer.id, customerName: demoCustomer.name });
  });

  lookingUp('201 assigns a member of the team, by either spelling of the ID', async () => {
    const { data } = await clientOf(backend).GET(tickets, {
      params: { path, query: { pageSize: 100, status: 'open' } },
    });
    const assignedTo = data?.data.find((one) => one.assignedTo)?.assignedTo as string; // the open tickets of the demo are assigned
    expect(await newTicket(backend, { title: 'Assigned', assignedTo })).toMatchObject({ assignedTo });
  });

  lookingUp('404 names the customer or member that does not exist in the team and environment', async () => {
    const first = async (key: string, teamId = team.id) => {
      const query = { pageSize: 100 };
      const { data } = await clientOf(backend, key).GET(tickets, { params: { path: { teamId }, query } });
      return data?.data.find((one) => one.customerId && one.assignedTo);
    };
    const live = await first(keys.secretLive);
    const foreign = await first(otherTeam.keys.secretTest, otherTeam.id);
    for (const [param, id] of [
      ['customerId', 'cus_000000000001'],
      ['customerId', foreignUuid],
      ['customerId', live?.customerId],
      ['customerId', foreign?.customerId],
      ['assignedTo', 'mem_000000000001'],
      ['assignedTo', foreignUuid],
      ['assignedTo', foreign?.assignedTo],
    ] as [string, string][]) {
      const body = { title: 'x', [param]: id };
      const { error, response } = await clientOf(backend).POST(tickets, { params: { path }, body });
      expect([response.status, error?.error.code, error?.error.param]).toEqual([404, 'resource_missing', param]);
    }
  });

  test.each([
    ['parameter_missing', 'title', {}],
    ['parameter_invalid', 'title', { title: '' }],
    ['parameter_invalid', 'priority', { title: 'x', priority: 'whatever' }],
    ['parameter_unknown', 'colour', { title: 'x', colour: 'red' }],
    ['parameter_unknown', 'messageCount', { title: 'x', messageCount: 1 }],
    ['parameter_invalid', 'customerId', { title: 'x', customerId: 'mem_000000000000' }],
    ['parameter_invalid', 'customerName', { title: 'x', customerId: 'cus_000000000000', customerName: 'Jane' }],
    ['parameter_invalid', 'tags', { title: 'x', tags: ['a', 'a'] }],
    ['parameter_invalid', 'body', []],
    ['parameter_invalid', 'body', 'text'],
    ['parameter_invalid', 'metadata.__proto__', JSON.parse('{"title":"x","metadata":{"__proto__":"y"}}')],
    ['parameter_invalid', 'metadata.orderId', { title: 'x', metadata: { orderId: 1 } }],
    ['parameter_invalid', 'metadata', { title: 'x', metadata: keysFrom(51) }],
    ['parameter_invalid', 'notes', { title: 'x', notes: 'a\0b' }],
  ])('400 %s names %s', async (code, param, body) => {
    const { error, response } = await clientOf(backend).POST(tickets, { params: { path }, body: body as never });
    expect(response.status).toBe(400);
    expect(error?.error).toMatchObject({ code, param });
  });

  test('201 with 50 metadata keys', async () => {
    const metadata = keysFrom(50);
    expect((await newTicket(backend, { title: 'x', metadata })).metadata).toEqual(metadata);
  });
});

function keysFrom(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, String(i)]));
}
