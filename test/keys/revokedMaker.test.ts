// A key that is no longer active cannot create, change or rotate keys, which would outlive it.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TenantDatabase } from '../../src/storage/database.ts';
import { toUuid } from '../../src/storage/ids.ts';
import { got, type IssuedApiKey, keysBy, newKey, told } from '../contract/apiKeys.ts';
import { type OwnStore, openOwnStore } from '../idempotency/ownServer.ts';
import { team } from '../support/client.ts';
import { type OwnApi, serveKeys } from './ownApi.ts';

const rounds = 200;
const tenant = { teamId: team.id, environment: 'test' as const };
let store: OwnStore;
let api: OwnApi;
beforeAll(async () => {
  store = await openOwnStore();
  api = await serveKeys(store);
});
afterAll(async () => {
  await api.stop();
  await store.close();
});

/** Every write of one key on keys. */
const writes: Record<string, (by: IssuedApiKey, other: IssuedApiKey) => Promise<Parameters<typeof told>[0]>> = {
  create: (by) => keysBy(api, by.key).create({ name: 'Heir', permissions: ['keys:write'] }),
  change: (by, other) => keysBy(api, by.key).change(other.id, { name: randomUUID() }),
  rotate: (by, other) => keysBy(api, by.key).rotate(other.id),
  revoke: (by, other) => keysBy(api, by.key).revoke(other.id),
};

test(`in ${rounds} races of create, change and rotate with the revocation of the caller's key, no write commits after the revocation`, {
  timeout: 300_000,
}, async () => {
  const other = await newKey(api);
  const seen: Record<string, number> = {};
  for (let round = 0; round < rounds; round++) {
    const by = await newKey(api);
    await got(keysBy(api, by.key).get(by.id)); // the key is now in the cache, so its requests reach the store as early as the others
    const revoke = () => keysBy(api).revoke(by.id);
    const work = ['create', 'change', 'rotate'].map(
      (name) => () => (writes[name] as (typeof writes)[string])(by, other),
    );
    const calls = round % 2 ? [revoke, ...work] : [...work, revoke];
    for (const call of await Promise.all(calls.map((one) => one()))) {
      const result = told(call).slice(0, 2).join(' ');
      seen[result] = (seen[result] ?? 0) + 1;
    }
  }
  console.info(`${rounds} races on ${store.isEmbedded ? 'the embedded store' : 'PostgreSQL'}: ${JSON.stringify(seen)}`);
  expect(Object.keys(seen).filter((result) => !['200', '201', '401 invalid_api_key'].includes(result))).toEqual([]);
  expect(await writtenAfterRevocation()).toEqual([]);
});

/** The events, in commit order, that a key caused after the event of its own revocation. */
async function writtenAfterRevocation(): Promise<object[]> {
  const { rows } = await store.pool.query(
    `select event.type, event.sequence from events event
    join audit_log entry on entry.request_id = event.request_id and entry.resource_id = event.resource_id
    join events ended on ended.type = 'api_key.revoked' and ended.data -> 'api_key' ->> 'id' = entry.actor_id
    where event.sequence > ended.sequence`,
  );
  return rows;
}

const ends: [how: string, refusal: [number, string], end: (db: TenantDatabase, id: string) => Promise<unknown>][] = [
  ['revoked', [401, 'invalid_api_key'], (db, id) => change(db, id, { revoked_at: new Date() })],
  ['deactivated', [401, 'invalid_api_key'], (db, id) => change(db, id, { is_active: false })],
  ['expired', [401, 'invalid_api_key'], (db, id) => change(db, id, { expires_at: new Date() })],
  ['given an end of its secret', [401, 'invalid_api_key'], endSecret],
  ['left by its person', [403, 'account_restricted'], deactivatePerson],
];
const change = (db: TenantDatabase, id: string, columns: object) =>
  db.updateTable('api_keys').set(columns).where('id', '=', toUuid(id)).execute();
function endSecret(db: TenantDatabase, id: string): Promise<unknown> {
  return db.updateTable('key_secrets').set({ expires_at: new Date() }).where('key_id', '=', toUuid(id)).execute();
}

/** Users belong to no tenant, so there is no view for them. */
function deactivatePerson(db: TenantDatabase): Promise<unknown> {
  return db.run(sql`update users set is_active = false where email like 'robin@%'`);
}

describe.each(Object.keys(writes))('%s with an authenticated key', (name) => {
  test.each(ends)('is rejected if the key is %s before the write takes the lock', async (_how, refusal, end) => {
    const [by, other] = [await newKey(api), await newKey(api)];
    await got(keysBy(api, by.key).get(by.id)); // the key is now in the cache
    let under: ReturnType<(typeof writes)[string]> | undefined;
    await store.database.write(tenant, async (db) => {
      await db.lock();
      await end(db, by.id);
      under = (writes[name] as (typeof writes)[string])(by, other);
      await waits();
    });
    expect(told(await (under as NonNullable<typeof under>)).slice(0, 2)).toEqual(refusal);
    await store.pool.query('update users set is_active = true where email like $1', ['robin@%']);
  });
});

/** Resolves when a statement waits for a lock. The embedded store has one connection, for which the request waits. */
async function waits(): Promise<void> {
  if (store.isEmbedded) return;
  for (let tries = 0; tries < 500; tries++) {
    const { rows } = await store.pool.query(
      "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (rows.length > 0) return;
    await pause(10);
  }
  throw new Error('the write does not wait for the lock');
}
