// An environment has at most 1,000 keys that are not revoked.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newUuid } from '../../src/storage/ids.ts';
import { keysBy, told } from '../contract/apiKeys.ts';
import { type OwnStore, openOwnStore } from '../idempotency/ownServer.ts';
import { otherTeam } from '../support/client.ts';
import { type OwnApi, serveKeys } from './ownApi.ts';

const keysMax = 1_000;
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
  const db = store.database.of({ teamId: otherTeam.id, environment: 'live' });
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
