// Usage is retained for 90 days and the audit log for 365 days. Older rows are not returned and are purged; newer rows
// are kept.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appendAudit } from '../../src/audit/auditStore.ts';
import { usageStore } from '../../src/keys/usageStore.ts';
import type { TenantDatabase } from '../../src/storage/database.ts';
import { toUuid } from '../../src/storage/ids.ts';
import { purge } from '../../src/storage/retention.ts';
import { newKey, traces } from '../contract/apiKeys.ts';
import { type OwnStore, openOwnStore } from '../idempotency/ownServer.ts';
import { team } from '../support/client.ts';
import { type OwnApi, serveKeys } from './ownApi.ts';
import { none, usageOf } from './usageOf.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const now = new Date(Math.floor(Date.now() / hourMs) * hourMs);
const before = (days: number, ms = 0) => new Date(now.getTime() - days * dayMs - ms);
let store: OwnStore;
let api: OwnApi;
let db: TenantDatabase;

beforeAll(async () => {
  store = await openOwnStore();
  api = await serveKeys(store, { clock: () => now });
  db = store.database.of({ teamId: team.id, environment: 'test' });
});
afterAll(async () => {
  await api.stop();
  await store.close();
});

async function writeAudit(keyId: string, ...times: Date[]): Promise<void> {
  const entry = { action: 'api_key.updated' as const, resourceId: toUuid(keyId), before: null, after: null };
  for (const time of times)
    await appendAudit(db, [entry], { actor: { type: 'system', id: null }, requestId: null, now: time });
}
const writeUsage = (keyId: string, ...hours: Date[]) =>
  usageStore(db).add(
    randomUUID(),
    hours.map((hour) => ({ ...none, keyId, operationId: 'getIdentity', hour, lastAt: hour, requests: 1 })),
  );
const keptOf = async (table: 'audit_log' | 'key_usage', column: string, keyId: string): Promise<number> => {
  const { rows } = await store.pool.query(`select count(*)::int as n from ${table} where ${column} = $1`, [
    toUuid(keyId),
  ]);
  return rows[0].n;
};

test('audit log entries are deleted after 365 days', async () => {
  const { id } = await newKey(api);
  await writeAudit(id, before(365, 1), before(400), before(365), before(364));
  const times = async () => (await traces(api, id)).audit.map(({ createdAt }) => createdAt);
  const kept = [now, before(364), before(365)].map((time) => time.toISOString());
  expect(await times()).toEqual(kept);
  expect(await keptOf('audit_log', 'resource_id', id)).toBe(5);
  expect(await purge(store.database.kysely, now)).toMatchObject({ audit_log: 2 });
  expect(await keptOf('audit_log', 'resource_id', id)).toBe(3);
  expect(await times()).toEqual(kept);
  expect(await purge(store.database.kysely, now)).toMatchObject({ audit_log: 0 });
});

test('usage is deleted after 90 days', async () => {
  const { id } = await newKey(api);
  await writeUsage(id, before(90, hourMs), before(91), before(90), before(89));
  const hours = async () => {
    const asked = { from: before(92).toISOString(), to: before(88).toISOString() };
    return (await usageOf(api, id, asked)).hours.map(({ hour }) => hour);
  };
  const kept = [before(90), before(89)].map((time) => time.toISOString());
  expect(await hours()).toEqual(kept);
  expect(await keptOf('key_usage', 'key_id', id)).toBe(4);
  expect(await purge(store.database.kysely, now)).toMatchObject({ key_usage: 2 });
  expect(await keptOf('key_usage', 'key_id', id)).toBe(2);
  expect(await hours()).toEqual(kept);
});

test('events are deleted after 30 days and stored responses after one day', async () => {
  const at = [before(30, 1), before(40), before(30), before(1, 1), before(1), before(0)];
  for (const [i, time] of at.entries()) {
    await store.pool.query(
      `insert into events (team_id, environment, sequence, id, type, resource_id, data, request_id, created_at)
      values ($1, 'test', $2, $3, 'ticket.updated', $1, '{}', '', $4)`,
      [team.id, 1_000_000 + i, `aged ${i}`, time],
    );
    await store.pool.query(
      `insert into idempotency (team_id, environment, method, path, key, request_digest, request_id, created_at)
      values ($1, 'test', 'POST', '/aged', $2, '', '', $3)`,
      [team.id, `aged ${i}`, time],
    );
  }
  const left = async () => {
    const { rows: events } = await store.pool.query("select id from events where id like 'aged %' order by id");
    const { rows: replies } = await store.pool.query("select key from idempotency where path = '/aged' order by key");
    return [events.map(({ id }) => id), replies.map(({ key }) => key)];
  };
  expect(await purge(store.database.kysely, now)).toMatchObject({ events: 2, idempotency: 4 });
  expect(await left()).toEqual([
    ['aged 2', 'aged 3', 'aged 4', 'aged 5'],
    ['aged 4', 'aged 5'],
  ]);
});

test('a purge deletes more rows than one batch', async () => {
  const { id } = await newKey(api);
  const entry = { action: 'api_key.updated' as const, resourceId: toUuid(id), before: null, after: null };
  const author = { actor: { type: 'system' as const, id: null }, requestId: '', now: before(366) };
  await appendAudit(db, Array(2_500).fill(entry), author);
  expect(await purge(store.database.kysely, now)).toMatchObject({ audit_log: 2_500 });
  expect(await keptOf('audit_log', 'resource_id', id)).toBe(1);
});
