import { describe, expect, test } from 'vitest';
import { backends, clientOf, team } from '../support/client.ts';

const tickets = '/api/v1/teams/{teamId}/tickets';
const path = { teamId: team.id };

describe.each(backends)('createTicket on $name', (backend) => {
  test('201 returns the new ticket', async () => {
    const { data, response } = await clientOf(backend).POST(tickets, {
      params: { path },
      body: { title: 'Cannot log in' },
    });
    expect(response.status).toBe(201);
    expect(data?.data).toMatchObject({ object: 'ticket', title: 'Cannot log in', status: 'new' });
    expect(data?.meta.requestId).toBe(response.headers.get('X-Request-Id'));
  });

  test.each([
    ['parameter_missing', 'title', {}],
    ['parameter_invalid', 'title', { title: '' }],
    ['parameter_invalid', 'priority', { title: 'x', priority: 'whatever' }],
    ['parameter_unknown', 'colour', { title: 'x', colour: 'red' }],
    ['parameter_invalid', 'customerName', { title: 'x', customerId: 'cus_000000000000', customerName: 'Jane' }],
    ['parameter_invalid', 'tags', { title: 'x', tags: ['a', 'a'] }],
    ['parameter_unknown', 'metadata.__proto__', JSON.parse('{"title":"x","metadata":{"__proto__":"y"}}')],
    ['parameter_invalid', 'metadata.orderId', { title: 'x', metadata: { orderId: 1 } }],
    ['parameter_invalid', 'notes', { title: 'x', notes: 'a\0b' }],
  ])('400 %s names %s', async (code, param, body) => {
    const { error, response } = await clientOf(backend).POST(tickets, { params: { path }, body: body as never });
    expect(response.status).toBe(400);
    expect(error?.error).toMatchObject({ code, param });
  });
});
