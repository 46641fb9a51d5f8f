// A retry during the first request waits two seconds and is then rejected.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Handlers } from '../../generated/stubs.ts';
import { type Backend, send, team } from '../support/client.ts';
import { leftIn, newKeys, type OwnStore, openOwnStore, serve } from './ownServer.ts';

const { TEST_DATABASE_URL } = process.env;
const keys = newKeys();
let store: OwnStore;
beforeAll(async () => {
  store = await openOwnStore();
}, 60_000);
afterAll(() => store.close());

const post = (backend: Backend, once: string) =>
  send(backend, `/api/v1/teams/${team.id}/tickets`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': once },
    body: '{"title":"Slow"}',
  });

/** A server that writes new tickets immediately and responds when the gate opens. */
async function slowServer() {
  const hasBegun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const handlers = (real: Handlers): Handlers => ({
    ...real,
    Tickets: {
      ...real.Tickets,
      async createTicket(input, reply) {
        const answer = await real.Tickets.createTicket(input, reply);
        hasBegun.resolve();
        await gate.promise;
        return answer;
      },
    },
  });
  const backend = await serve(store, { handlers, keys });
  return { backend, hasBegun: hasBegun.promise, open: gate.resolve };
}

/** @param ofFirst receives the first request @param ofSecond receives the retries */
async function expectRefusal(ofFirst: Awaited<ReturnType<typeof slowServer>>, ofSecond: Backend): Promise<void> {
  const once = randomUUID();
  const before = await leftIn(store);
  const first = post(ofFirst.backend, once);
  await ofFirst.hasBegun;
  const refused = await post(ofSecond, once);
  expect([refused.status, refused.headers.get('Retry-After')]).toEqual([409, '1']);
  const { error } = (await refused.json()) as { error: object };
  expect(error).toMatchObject({ code: 'idempotency_conflict', param: 'Idempotency-Key', retryAfter: 1 });
  const late = post(ofSecond, once);
  ofFirst.open();
  const body = await (await first).text();
  const replayed = await late;
  expect([replayed.status, replayed.headers.get('Idempotency-Replayed')]).toEqual([201, 'true']);
  expect(await replayed.text()).toBe(body);
  const after = await leftIn(store);
  expect([after.tickets, after.events]).toEqual([(before.tickets as number) + 1, (before.events as number) + 1]); // both are counted
}

test('a retry during the first request is rejected after two seconds, in the same process', async () => {
  const slow = await slowServer();
  await expectRefusal(slow, slow.backend);
  await slow.backend.stop();
});

test.skipIf(!TEST_DATABASE_URL)(
  'a retry during the first request is rejected after two seconds, by another process on the same PostgreSQL (skipped without TEST_DATABASE_URL)',
  async () => {
    const slow = await slowServer();
    const other = await serve(store, { keys }); // with its own queue, as another process has it
    await expectRefusal(slow, other);
    await slow.backend.stop();
    await other.stop();
  },
);
