// Creating keys does not increase the number of requests: new keys share the limit of their creator.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { standardLimits } from '../../src/http/limits.ts';
import { permissionsOf } from '../../src/http/permissions.ts';
import { unrestricted } from '../../src/http/restrictions.ts';
import { issueKey } from '../../src/newTeam.ts';
import { newSecret } from '../../src/storage/keyText.ts';
import { type ApiKeyCreate, got, keysBy, newKey as madeBy } from '../contract/apiKeys.ts';
import { activeUser, type OwnStore, openOwnStore } from '../idempotency/ownServer.ts';
import { ask, expectExactly } from '../limits/limited.ts';
import { team } from '../support/client.ts';
import { type OwnApi, serveKeys } from './ownApi.ts';

const tenant = { teamId: team.id, environment: 'test' as const };
let store: OwnStore;
let api: OwnApi;
beforeAll(async () => {
  store = await openOwnStore();
  api = await serveKeys(store, { limits: standardLimits(60) });
});
afterAll(async () => {
  await api.stop();
  await store.close();
});

/** A key that the operator creates. */
async function root(rateLimit: number | null): Promise<string> {
  const key = newSecret({ type: 'secret', environment: 'test' });
  const settings = {
    user_id: await activeUser(store),
    type: 'secret' as const,
    name: 'Root',
    permissions: permissionsOf('secret'),
  };
  await issueKey(
    store.database,
    tenant,
    { ...settings, restrictions: unrestricted, rate_limit: rateLimit },
    new Date(),
    key,
  );
  return key;
}

const newKey = (by: string, wishes: Partial<ApiKeyCreate> = {}) => madeBy(api, wishes, by);
/** The values of the headers after one request. */
const told = async (key: string) => {
  const { status, limit, remaining } = await ask(api, key);
  return [status, limit, remaining];
};

/** The operator creates the first key, and each key creates the next one. */
async function chain(first: number | null, ...rateLimits: (number | undefined)[]) {
  const keys = [{ id: '', key: await root(first) }];
  for (const rateLimit of rateLimits) {
    const { key: maker } = keys.at(-1) as (typeof keys)[0];
    const { id, key } = await newKey(maker, rateLimit === undefined ? {} : { rateLimit });
    keys.push({ id, key });
  }
  return keys as [One, One, One, One];
}
type One = { id: string; key: string };

test('a key with 70 requests per hour and the 64 keys that it created have 70 requests together', async () => {
  const maker = await root(70);
  const made = [];
  for (let i = 0; i < 64; i++) {
    const { key } = await newKey(maker, i % 2 ? { type: 'publishable', permissions: ['tickets:read'] } : {});
    made.push(key);
  }
  const answers = [];
  for (const key of [...made, maker]) answers.push(await ask(api, key));
  expect(answers.map(({ status, limit, remaining }) => [status, limit, remaining])).toEqual([
    ...[5, 4, 3, 2, 1, 0].map((remaining) => [200, 70, remaining]),
    ...Array(59).fill([429, 70, 0]),
  ]);
});

test('keys share the limit of every key above them', async () => {
  const [admin, middle, narrow, last] = await chain(100, undefined, 10, undefined);
  expect(await told(last.key)).toEqual([200, 10, 8]); // one request created the last key
  expect(await told(narrow.key)).toEqual([200, 10, 7]);
  expect(await told(middle.key)).toEqual([200, 100, 94]);
  expect(await told(admin.key)).toEqual([200, 100, 93]);
  const passed = [];
  for (let i = 0; i < 12; i++) passed.push((await ask(api, last.key)).status === 200);
  expect(passed.filter(Boolean)).toHaveLength(7);
  expect(await told(admin.key)).toEqual([200, 100, 85]); // requests rejected by the lower limit are not charged here
});

test('a lower limit of a key counts only its own requests', async () => {
  const [admin, { key }] = await chain(100, 3);
  for (let i = 0; i < 10; i++) await ask(api, admin.key);
  expectExactly(3, [await ask(api, key), await ask(api, key), await ask(api, key), await ask(api, key)]);
});

test('the headers show the shared limit if it has fewer requests left', async () => {
  const [admin, { key }] = await chain(10, 5);
  for (let i = 0; i < 7; i++) await ask(api, admin.key);
  expect([await told(key), await told(key), await told(key)]).toEqual([
    [200, 10, 1],
    [200, 10, 0],
    [429, 10, 0],
  ]);
});

describe('a stronger key that sets the rateLimit of another key', () => {
  test('gives it a limit of its own if it created the creator', async () => {
    const [admin, weak, made] = await chain(null, 5, undefined);
    await got(keysBy(api, admin.key).change(made.id, { rateLimit: 50 }));
    expect(await told(made.key)).toEqual([200, 50, 49]);
    expect(await told(weak.key)).toEqual([200, 5, 3]);
    expect(await told(admin.key)).toEqual([200, 1000, 1000 - 6]);
  });

  test('gives it a limit of its own without any relation to the creator, and shares its own limit from then on', async () => {
    const [weak, made] = await chain(5, 5);
    const strong = await root(20);
    await got(keysBy(api, strong).change(made.id, { rateLimit: 5 }));
    expect(await told(made.key)).toEqual([200, 5, 4]);
    expect(await told(weak.key)).toEqual([200, 5, 3]);
    expect(await told(strong)).toEqual([200, 20, 17]);
  });

  test.each(['itself', 'its maker', 'a sibling', 'a key that it made'])(
    'does not give it a limit of its own if it is %s',
    async (who) => {
      const [weak, made, below] = await chain(50, 50, 50);
      const sibling = await newKey(weak.key);
      const by = { itself: made, 'its maker': weak, 'a sibling': sibling, 'a key that it made': below }[who] as One;
      await got(keysBy(api, by.key).change(made.id, { rateLimit: 50 }));
      expect(await told(made.key)).toEqual([200, 50, 50 - 5]);
      expect(await told(weak.key)).toEqual([200, 50, 50 - 6]);
    },
  );

  test('does not give it a limit of its own by changing other fields', async () => {
    const [admin, , made] = await chain(null, 5, undefined);
    await got(keysBy(api, admin.key).change(made.id, { name: 'Renamed', permissions: ['keys:write'] }));
    expect(await told(made.key)).toEqual([200, 5, 3]);
  });
});

test('a lower limit for a key applies immediately to the keys that it created', async () => {
  const [admin, maker, made] = await chain(null, undefined, undefined);
  expect(await told(made.key)).toEqual([200, 1000, 997]);
  await got(keysBy(api, admin.key).change(maker.id, { rateLimit: 2 }));
  expect([await told(made.key), await told(maker.key), await told(made.key)]).toEqual([
    [200, 2, 1],
    [200, 2, 0],
    [429, 2, 0],
  ]);
});

test('a key with a lowered limit can still change, rotate and revoke the keys that it created', async () => {
  const [admin, maker, made] = await chain(null, undefined, undefined);
  await got(keysBy(api, admin.key).change(maker.id, { rateLimit: 9 }));
  const { change, rotate, revoke } = keysBy(api, maker.key);
  await got(change(made.id, { name: 'Renamed' }));
  await got(change(made.id, { isActive: false }));
  await got(change(made.id, { isActive: true }));
  await got(rotate(made.id));
  await got(revoke(made.id));
});

test('the limit of a revoked key still applies to the keys that it created', async () => {
  const [admin, maker, made] = await chain(null, 9, undefined);
  await got(keysBy(api, admin.key).revoke(maker.id));
  expect(await told(made.key)).toEqual([200, 9, 7]);
});
