// The keys of a deactivated user do not work. Keys of other users are not affected.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoTeam } from '../../src/demoTeam.ts';
import { standardLimits } from '../../src/http/limits.ts';
import { seedDemo } from '../../src/storage/demo/seed.ts';
import { newSecret } from '../../src/storage/keyText.ts';
import { got, keysBy, newKey, using } from '../contract/apiKeys.ts';
import { type OwnStore, openOwnStore } from '../idempotency/ownServer.ts';
import { ask } from '../limits/limited.ts';
import { keys, open, otherTeam } from '../support/client.ts';
import { type OwnApi, serveKeys } from './ownApi.ts';

const restricted = [403, 'account_restricted'];
let store: OwnStore;
let api: OwnApi;
const setActive = (isActive: boolean) =>
  store.pool.query("update users set is_active = $1 where email = 'robin@acme.example'", [isActive]);

beforeAll(async () => {
  store = await openOwnStore();
  api = await serveKeys(store, { limits: { ...standardLimits(60), failed: { requests: 9, windowSeconds: 60 } } });
});
afterAll(async () => {
  await api.stop();
  await store.close();
});

test('every key of a deactivated user is rejected until the user is reactivated, and no key of another user', async () => {
  const made = await newKey(api, { permissions: [] });
  await setActive(false);
  const later = await serveKeys(store); // with its own cache, which a change to a user reaches within five seconds
  const all = [keys.secretTest, keys.secretLive, keys.publishableTest, keys.publishableLive, made.key];
  for (const key of all) expect(await using(later, key)).toEqual(restricted);
  expect(await using(later, otherTeam.keys.secretTest)).toEqual([200]);
  expect(await using(later, keys.revoked)).toEqual([401, 'invalid_api_key']);
  expect(await using(later, keys.expired)).toEqual([401, 'key_expired']);
  await setActive(true);
  await later.stop();
  const again = await serveKeys(store);
  for (const key of all) expect(await using(again, key)).toEqual([200]);
  await again.stop();
});

test('a rejected request counts against the limit of the address and not of the key', async () => {
  const answers = [];
  for (let i = 0; i < 10; i++) answers.push(await ask(api, keys.personDeactivated));
  expect(answers.map(({ status }) => status)).toEqual([...Array(9).fill(403), 429]);
  expect(answers.slice(0, 9).every(({ limit }) => Number.isNaN(limit))).toBe(true);
  expect((await ask(api, keys.secretTest)).status).toBe(200);
});

test('updates and rotations do not change the user of a key', async () => {
  const { id, key } = await newKey(api, { permissions: [] }, keys.secretTest);
  await got(keysBy(api).rotate(id, 60));
  await setActive(false);
  const later = await serveKeys(store);
  expect(await using(later, key)).toEqual(restricted);
  await setActive(true);
  await later.stop();
});

test('demo data of an earlier version receives the missing key, and other databases do not', async () => {
  const [first, second] = structuredClone(open.demo.teams);
  first.keys.personDeactivated = newSecret({ type: 'secret', environment: 'test' });
  const count = async () => Number((await store.pool.query('select count(*) from api_keys')).rows[0].count);
  const before = await count();
  await seedDemo(store.database, { teams: [first, second] }, demoTeam, new Date());
  expect(await count()).toBe(before + 1);
  const later = await serveKeys(store);
  expect(await using(later, first.keys.personDeactivated)).toEqual(restricted);
  await later.stop();
  const strangers = [first, second].map((team) => ({
    ...team,
    keys: { ...team.keys, secretTest: newSecret({ type: 'secret', environment: 'test' }) },
  })) as typeof open.demo.teams;
  await seedDemo(store.database, { teams: strangers }, demoTeam, new Date());
  expect(await count()).toBe(before + 1);
});
