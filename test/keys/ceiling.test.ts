// An environment has at most 1,000 keys that are not revoked.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyStore } from '../../src/keys/keyStore.ts';
import { newUuid } from '../../src/storage/ids.ts';
import { keysBy, told } from '../contract/apiKeys.ts';
import { type OwnStore, openOwnStore } from '../idempotency/ownServer.ts';
import { otherTeam } from '../support/client.ts';
import { type OwnApi, serveKeys } from './ownApi.ts';

const { TEST_DATABASE_URL } = process.env;
const keysMax = 1_000;
const tenant = { teamId: otherTeam.id, environment: 'live' as const };
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

test('the 1,000th key is created once by parallel requests, and another one after a revocation', async () => {
  const db = store.database.of(tenant);
  const first = await db.selectFrom('api_keys').selectAll().executeTakeFirstOrThrow();
  const { n } = await db
    .selectFrom('api_keys')
    .select(({ fn }) => fn.countAll<string>().as('n'))
    .executeTakeFirstOrThrow();
  const now = new Date();
  const missing = Array.from({ length: keysMax - 1 - Number(n) }, (_, i) => ({
    ...first,
    restrictions: JSON.stringify(first.restrictions),
    id: newUuid(now, () => i),
  }));
  await db.insertInto('api_keys').values(missing).execute();

  const { create, revoke } = keysBy(api, otherTeam.keys.secretLive, { teamId: otherTeam.id });
  const make = () => create({ name: 'One more', permissions: [] });
  const answers = await Promise.all(Array.from({ length: 5 }, make));
  const made = answers.filter(({ response }) => response.status === 201);
  expect(made).toHaveLength(1);
  for (const answer of answers.filter((one) => !made.includes(one)))
    expect(told(answer)).toEqual([409, 'resource_conflict', undefined]);
  await revoke(made[0]?.data?.data.id as string);
  expect(told(await make())).toEqual([201]);
});

test.skipIf(!TEST_DATABASE_URL)(
  'a request that starts before the 1,000th key is committed waits for it and creates no other key (skipped without TEST_DATABASE_URL: the embedded store runs one transaction at a time)',
  async () => {
    const { create, revoke, list } = keysBy(api, otherTeam.keys.secretLive, { teamId: otherTeam.id });
    const [newest] = (await list()).data?.data ?? [];
    await revoke(newest?.id as string); // 999 are left
    const hasCreated = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const creating = store.database.write(tenant, async (db) => {
      await db.lock();
      const kept = db.selectFrom('api_keys').selectAll().where('revoked_at', 'is', null).limit(1);
      const { user_id, type, name, permissions, restrictions } = await kept.executeTakeFirstOrThrow();
      await keyStore(db).add({ user_id, type, name, permissions, restrictions }, new Date());
      hasCreated.resolve();
      await end.promise;
    });
    await hasCreated.promise;
    const late = create({ name: 'Too late', permissions: [] });
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(async () => (await store.pool.query(waiting)).rowCount, { timeout: 10_000 }).toBe(1);
    end.resolve();
    await creating;
    expect(told(await late)).toEqual([409, 'resource_conflict', undefined]);
  },
);
