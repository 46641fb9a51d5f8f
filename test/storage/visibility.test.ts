// The view of the database omits rows for secret keys only, so that no store can forget it.
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { secretWhen } from '../../generated/operations.ts';
import type { TenantDatabase } from '../../src/storage/database.ts';
import { newUuid } from '../../src/storage/ids.ts';
import { secretRows } from '../../src/storage/visibility.ts';
import { type OwnStore, openOwnStore, serve } from '../idempotency/ownServer.ts';
import { keys, team } from '../support/client.ts';

let store: OwnStore;
let db: TenantDatabase;
beforeAll(async () => {
  store = await openOwnStore();
  db = store.database.of({ teamId: team.id, environment: 'test' });
}, 60_000);
afterAll(() => store.close());

test('every resource with x-secret-when has its table', () => {
  expect(Object.keys(secretRows)).toEqual(Object.keys(secretWhen));
});

describe.each(Object.values(secretRows))('$table', ({ table, column }) => {
  const condition = `"${column}" = $3`; // after team and environment

  test('a public view reads, changes and deletes only the other rows', () => {
    const view = db.forPublic();
    const set = { [column]: false };
    for (const query of [view.selectFrom(table).selectAll(), view.deleteFrom(table)])
      expect(query.compile().sql).toContain(condition);
    expect(view.updateTable(table).set(set).compile().sql).toContain(`"${column}" = $4`);
    expect(view.forPublic().selectFrom(table).selectAll().compile().sql).toContain(condition);
  });

  test('a view for secret keys contains all rows', () => {
    expect(db.selectFrom(table).selectAll().compile().sql).not.toContain(column);
  });
});

test('a public view runs no plain SQL', () => {
  expect(() => db.forPublic().run(sql`select 1`)).toThrow('plain SQL');
});

test('a handler that ignores the caller still returns and counts no secret row', async () => {
  const ticket = await db.selectFrom('tickets').select('id').executeTakeFirst();
  const now = new Date();
  const ticketId = ticket?.id ?? newUuid(now);
  if (!ticket) await addTicket(ticketId, now);
  for (const is_internal of [true, false, true])
    await db
      .insertInto('messages')
      .values({
        ticket_id: ticketId,
        id: newUuid(now),
        content: 'x',
        sender: 'agent',
        sender_name: null,
        is_internal,
        created_at: now,
      })
      .execute();
  const front = await serve(store, {
    handlers: (real) => ({
      ...real,
      Tickets: {
        ...real.Tickets,
        async listTickets({ db: given }, reply) {
          const rows = given.selectFrom('messages').where('ticket_id', '=', ticketId);
          const { total = 0 } = (await given.counted(rows.select('id'), 100).executeTakeFirst()) ?? {};
          return reply(200, { data: [], pagination: { total, page: 1, pageSize: 20, hasMore: false } });
        },
      },
    }),
  });
  const totalFor = async (key: string) => {
    const headers = { authorization: `Bearer ${key}` };
    const response = await fetch(`${front.url}/api/v1/teams/${team.id}/tickets`, { headers });
    return ((await response.json()) as { pagination: { total: number } }).pagination.total;
  };
  const [all, seen] = [await totalFor(keys.secretTest), await totalFor(keys.publishableTest)];
  await front.stop();
  expect(all - seen).toBeGreaterThanOrEqual(2);
  expect(seen).toBeGreaterThanOrEqual(1);
});

async function addTicket(id: string, now: Date): Promise<void> {
  const nothing = { customer_id: null, customer_name: null, assigned_to: null, notes: null, closed_at: null };
  const noTimes = { response_deadline: null, resolution_deadline: null, first_response_at: null };
  const noTiers = { response_tier: null, resolution_tier: null, sla_paused: false };
  const times = { created_at: now, updated_at: now, public_updated_at: now };
  const facts = {
    id,
    title: 'x',
    status: 'new' as const,
    priority: 'low' as const,
    tags: [],
    message_count: 0,
    metadata: '{}',
  };
  await db
    .insertInto('tickets')
    .values({ ...facts, ...nothing, ...noTimes, ...noTiers, ...times })
    .execute();
}
