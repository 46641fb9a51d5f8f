// Deleting and writing test data at the same moment: the counters equal the rows afterwards.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backend, send, team } from '../support/client.ts';
import { type OwnStore, openOwnStore, serve } from './ownServer.ts';

const { TEST_DATABASE_URL } = process.env;
const base = `/api/v1/teams/${team.id}`;
let store: OwnStore;
let front: Backend & { stop(): Promise<void> };

beforeAll(async () => {
  store = await openOwnStore();
  front = await serve(store);
});
afterAll(async () => {
  await front.stop();
  await store.close();
});

const post = (title: string, once: string) =>
  send(front, `${base}/tickets`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': once },
    body: JSON.stringify({ title }),
  });

test.skipIf(!TEST_DATABASE_URL)(
  'a ticket that is created while the data is deleted is counted (skipped without TEST_DATABASE_URL: the embedded store has one connection)',
  async () => {
    await post('first', 'held');
    const holder = await store.pool.connect();
    await holder.query('begin');
    await holder.query("select * from idempotency where key = 'held' for update"); // the deletion waits here
    const deleting = send(front, `${base}/test-data`, { method: 'DELETE' });
    const waits = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    while ((await store.pool.query(waits)).rowCount === 0);
    const posting = post('second', 'free');
    await holder.query('rollback');
    holder.release();
    expect([(await deleting).status, (await posting).status]).toEqual([200, 201]);
    const { rows } = await store.pool.query(
      `select (select count(*)::int from tickets where team_id = $1 and environment = 'test') as tickets,
        (select tickets::int from tenant_state where team_id = $1 and environment = 'test') as counted`,
      [team.id],
    );
    expect(rows[0].counted).toBe(rows[0].tickets);
  },
);
