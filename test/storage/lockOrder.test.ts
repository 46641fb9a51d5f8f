// Every write takes its locks in the order in src/storage/database.ts. All writes run in parallel with resets of the
// test data, without a deadlock, and leave consistent data.

import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { newUuid, toPrefixed } from '../../src/storage/ids.ts';
import { type Draft, goodRequest, urlOf } from '../contract/requests.ts';
import { type OwnStore, openOwnStore, serve } from '../idempotency/ownServer.ts';
import { collections } from '../laws/collections.ts';
import { type Backend, team } from '../support/client.ts';
import { sample } from '../support/sample.ts';
import { type TableEntry, written } from '../support/table.ts';

const { TEST_DATABASE_URL } = process.env;
/** Beside the resets. */
const writesOfRound = 20;
const writes = written.filter(({ method }) => method !== 'GET');
const tenant = { teamId: team.id, environment: 'test' } as const;
type Target = { path: Record<string, string>; customerId: string };

/** Errors of the database, by SQLSTATE. */
const sqlStates: string[] = [];
const prototype = pg.Client.prototype as unknown as { query(...given: unknown[]): unknown };
const { query } = prototype;
prototype.query = function (...given) {
  const result = query.apply(this, given);
  if (result instanceof Promise) result.catch(({ code }: { code?: string }) => sqlStates.push(String(code)));
  return result;
};

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  while (undo.length > 0) await undo.pop()?.();
});

/** The valid request of an operation, with rows of this store. */
function aimed(operation: TableEntry, { path, customerId }: Target): Draft {
  const draft = goodRequest(operation);
  const body =
    operation.operationId === 'createTicket'
      ? JSON.stringify({ title: 'Meanwhile', customerId, tags: ['zeta', 'alpha', 'mid'] })
      : draft.body;
  const once = operation.isIdempotent && { 'idempotency-key': crypto.randomUUID() };
  return { ...draft, path: { ...draft.path, ...path }, headers: { ...draft.headers, ...once }, body };
}

async function call({ url }: Backend, draft: Draft): Promise<{ status: number; body: any }> {
  const { method, headers, body } = draft;
  const response = await fetch(url + urlOf(draft), { method, headers, ...(body !== undefined && { body }) });
  const text = await response.text();
  return { status: response.status, body: text && JSON.parse(text) };
}

/** Two resets with other writes, of which each round has another part in another order. */
function writesOf(round: number): TableEntry[] {
  const resets = writes.filter(({ operationId }) => operationId === 'deleteTestData');
  const others = writes.filter((one) => !resets.includes(one));
  const ofTickets = others.filter(({ path }) => path.includes('/tickets')); // twice, so that equal writes meet
  const some = [...resets, ...resets, ...sample(`round ${round}`, [...others, ...ofTickets], writesOfRound)];
  return [...some.slice(round % some.length), ...some.slice(0, round % some.length)];
}

/** Rows for the writes of one round. */
async function target({ database }: OwnStore, front: Backend, operations: TableEntry[]): Promise<Target> {
  const id = newUuid(new Date());
  const customer = { id, name: 'Jane', email: `${id}@example.com`, created_at: new Date() };
  await database.of(tenant).insertInto('customers').values(customer).execute();
  const customerId = toPrefixed('cus', id);
  const path: Record<string, string> = {};
  for (const { create, parameter } of collections)
    if (create && parameter && operations.some((one) => one.path.includes(`{${parameter}}`)))
      path[parameter] = (await call(front, aimed(create, { path, customerId }))).body.data.id;
  return { path, customerId };
}

/** The counters and references, with the rows that exist. */
async function left({ pool }: OwnStore) {
  const { rows } = await pool.query(
    `select (select count(*)::int from tickets where team_id = $1 and environment = 'test') as tickets,
      (select tickets::int from tenant_state where team_id = $1 and environment = 'test') as counted,
      (select count(*)::int from tickets as t, unnest(t.tags) as tag
        where t.team_id = $1 and t.environment = 'test' and not exists (select 1 from tags
          where tags.team_id = $1 and tags.environment = 'test' and tags.name = tag)) as "lostTags"`,
    [team.id],
  );
  return rows[0] as { tickets: number; counted: number; lostTags: number };
}

describe.each([
  ['the embedded store', '', 50], // with its single connection, no write waits for the lock of another
  ['PostgreSQL', TEST_DATABASE_URL ?? '', 200],
])('on %s', (name, server, rounds) => {
  test.skipIf(name === 'PostgreSQL' && !server)(
    `${rounds} rounds of all writes with two parallel resets cause no deadlock and no error, and leave consistent data (PostgreSQL is skipped without TEST_DATABASE_URL)`,
    { timeout: 300_000 },
    async () => {
      const store = await openOwnStore(server);
      undo.push(store.close);
      const front = await serve(store);
      undo.push(front.stop);
      sqlStates.length = 0;
      const statuses = new Map<string, Set<number>>();
      const failures: string[] = [];
      for (let round = 0; round < rounds; round++) {
        const operations = writesOf(round);
        const kept = await target(store, front, operations);
        const doomed = await target(store, front, operations);
        const drafts = operations.map((operation) => ({
          operation,
          draft: aimed(operation, operation.method === 'DELETE' ? doomed : kept),
        }));
        await Promise.all(
          drafts.map(async ({ operation: { operationId }, draft }) => {
            const { status, body } = await call(front, draft);
            statuses.set(operationId, (statuses.get(operationId) ?? new Set()).add(status));
            if (status >= 500) failures.push(`${operationId} ${status} ${JSON.stringify(body)}`);
          }),
        );
        const { tickets, counted, lostTags } = await left(store);
        expect([counted, lostTags]).toEqual([tickets, 0]);
      }
      expect(failures).toEqual([]);
      expect(sqlStates.filter((code) => code === '40P01' || code === '40001')).toEqual([]);
      for (const { operationId, successStatus } of writes)
        expect([...(statuses.get(operationId) ?? [])], operationId).toContain(successStatus);
    },
  );
});
