// The change, its events and the stored response are written together or not at all.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Handlers } from '../../generated/stubs.ts';
import { Problem } from '../../src/http/problem.ts';
import { type Backend, keys, send, team } from '../support/client.ts';
import { anotherKey, leftIn, newKeys, type OwnStore, openOwnStore, serve } from './ownServer.ts';

const tickets = `/api/v1/teams/${team.id}/tickets`;
const dayMs = 24 * 3_600_000;
let store: OwnStore;
const servers: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  store = await openOwnStore();
}, 60_000);
afterAll(async () => {
  await Promise.all(servers.map((one) => one.stop()));
  await store.close();
});

async function server(wishes: Parameters<typeof serve>[1] = {}): Promise<Backend> {
  const started = await serve(store, wishes);
  servers.push(started);
  return started;
}
const post = (backend: Backend, once: string | undefined, body: object = { title: 'One', tags: ['x'] }, key?: string) =>
  send(backend, tickets, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(once && { 'idempotency-key': once }) },
    body: JSON.stringify(body),
    ...(key && { key }),
  });
const told = (response: Response) => [response.status, response.headers.get('Idempotency-Replayed')];

/** Calls the real handler first, so that its writes must be rolled back. */
const failing =
  (fail: (answer: any) => any) =>
  (real: Handlers): Handlers => ({
    ...real,
    Tickets: {
      ...real.Tickets,
      createTicket: async (input, reply) => fail(await real.Tickets.createTicket(input, reply)),
    },
  });

describe('a failed write is rolled back completely after', () => {
  const raise = (error: unknown) => () => {
    throw error;
  };
  const failures: [what: string, status: number, fail: (answer: any) => any][] = [
    ['a problem that the handler throws after its writes', 404, raise(new Problem('resource_missing'))],
    ['an exception', 500, raise(new Error('unforeseen'))],
    [
      'a response with an undeclared field',
      500,
      (answer) => ({ ...answer, content: { data: { ...answer.content.data, leak: 'x' } } }),
    ],
    [
      'a response without a required field',
      500,
      ({ status, content: { data } }) => ({ status, content: { data: { id: data.id } } }),
    ],
    ['a response with another status', 500, (answer) => ({ ...answer, status: 202 })],
  ];
  test.each(failures)('%s', async (_, status, fail) => {
    const once = randomUUID();
    const before = await leftIn(store);
    const broken = await server({ handlers: failing(fail) });
    const body = { title: 'One', tags: [once] };
    expect((await post(broken, once, body)).status).toBe(status);
    expect((await post(broken, undefined, body)).status).toBe(status);
    expect(await leftIn(store)).toEqual(before);

    expect(told(await post(await server(), once, body))).toEqual([201, null]);
    const oneMore = Object.entries(before).map(([name, count]) => [name, count + 1]);
    expect(await leftIn(store)).toEqual(Object.fromEntries(oneMore));
  });

  test('an error while the events are written at the end', async () => {
    const once = randomUUID();
    const before = await leftIn(store);
    const broken = await server({
      handlers: (real) => ({
        ...real,
        Tickets: {
          ...real.Tickets,
          async createTicket(input, reply) {
            const answer = await real.Tickets.createTicket(input, reply);
            input.emit('ticket.created', 'no uuid', { ticket: {} as never });
            return answer;
          },
        },
      }),
    });
    expect((await post(broken, once)).status).toBe(500);
    expect(await leftIn(store)).toEqual(before);
  });
});

test('another API key of the team and environment receives the stored response', async () => {
  const once = randomUUID();
  const backend = await server();
  const first = await post(backend, once);
  const second = await post(backend, once, undefined, await anotherKey(store));
  expect(told(second)).toEqual([201, 'true']);
  expect(await second.text()).toBe(await first.text());
  expect(told(await post(backend, once, undefined, keys.secretLive))).toEqual([201, null]);
});

test('a key can be reused after exactly 24 hours', async () => {
  const once = randomUUID();
  const start = Date.now();
  let now = start;
  const backend = await server({ clock: () => new Date(now) });
  const first = await (await post(backend, once)).text();
  now = start + dayMs;
  expect(await (await post(backend, once)).text()).toBe(first);
  now = start + dayMs + 1;
  expect(told(await post(backend, once, { title: 'Another' }))).toEqual([201, null]);
  expect(told(await post(backend, once, { title: 'Another' }))).toEqual([201, 'true']);
  expect((await post(backend, once)).status).toBe(409);
});

test('events are returned for 30 days', async () => {
  let now = Date.now();
  const backend = await server({ clock: () => new Date(now) });
  const made = (await (await post(backend, undefined)).json()) as { data: { id: string } };
  const list = async () => {
    const response = await send(backend, `/api/v1/teams/${team.id}/events?resource=${made.data.id}`);
    return (await response.json()) as { data: { id: string }[]; pagination: { total: number } };
  };
  const [event] = (await list()).data as [{ id: string }];
  const one = () => send(backend, `/api/v1/teams/${team.id}/events/${event.id}`);
  now += 30 * dayMs;
  expect([(await list()).data.length, (await one()).status]).toEqual([1, 200]);
  now += 1;
  expect(await list()).toMatchObject({ data: [], pagination: { total: 0 } });
  expect((await one()).status).toBe(404);
});

describe('a stored response', () => {
  const row = async (once: string) => {
    const { rows } = await store.pool.query('select * from idempotency where key = $1', [once]);
    return rows[0] as { reply: Buffer; path: string };
  };

  test('is not readable in the database', async () => {
    const once = randomUUID();
    const title = `Secret ${once}`;
    await post(await server(), once, { title });
    const { reply } = await row(once);
    for (const encoding of ['latin1', 'utf16le', 'hex', 'base64'] as const)
      for (const text of [title, 'success', 'requestId']) expect(reply.toString(encoding)).not.toContain(text);
    expect(reply.length).toBeGreaterThan(100);
  });

  test('is decrypted with an old encryption key that is still listed', async () => {
    const once = randomUUID();
    const [old, fresh] = [newKeys('old'), newKeys('fresh')];
    const first = await (await post(await server({ keys: old }), once)).text();
    expect(await (await post(await server({ keys: [...fresh, ...old] }), once)).text()).toBe(first);
  });

  test.each([
    ['another id', 'other'],
    ['the same id', 'one'],
  ])('with a lost encryption key, replaced by one with %s, returns 409 without a second execution', async (_, id) => {
    const once = randomUUID();
    const first = await post(await server({ keys: newKeys('one') }), once);
    const before = await leftIn(store);
    const lines: string[] = [];
    const log = { warn: (details: object, message: string) => void lines.push(`${message} ${Object.keys(details)}`) };
    const response = await post(await server({ keys: newKeys(id), log }), once);
    const { error } = (await response.json()) as { error: { code: string; param: string; message: string } };
    expect([response.status, error.code, error.param]).toEqual([409, 'idempotency_conflict', 'Idempotency-Key']);
    expect(error.message).toContain(first.headers.get('X-Request-Id'));
    expect(error.message).toContain('not carried out again');
    expect(response.headers.get('Retry-After')).toBeNull();
    expect(lines).toEqual([expect.stringMatching(/^a stored response cannot be decrypted.*requestId,first,err$/)]);
    expect(await leftIn(store)).toEqual(before);
  });

  test('cannot be decrypted in another row', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    const backend = await server();
    await post(backend, one);
    await post(backend, other);
    const { reply } = await row(one);
    await store.pool.query('update idempotency set reply = $1 where key = $2', [reply, other]);
    expect((await post(backend, other)).status).toBe(409);
    expect(told(await post(backend, one))).toEqual([201, 'true']);
  });
});
