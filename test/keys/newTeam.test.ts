// A new team has four keys that work, and an owner that they belong to.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { permissionsOf } from '../../src/http/permissions.ts';
import { type FirstKeys, newTeam, type Owner } from '../../src/newTeam.ts';
import { newUuid } from '../../src/storage/ids.ts';
import { keysBy } from '../contract/apiKeys.ts';
import { type OwnStore, openOwnStore } from '../idempotency/ownServer.ts';
import { clientOf } from '../support/client.ts';
import { type OwnApi, serveKeys } from './ownApi.ts';

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

const owner: Owner = { email: 'Ada@initech.example', firstName: 'Ada', lastName: null };
async function make(slug: string, person = owner) {
  const now = new Date();
  const team = { id: newUuid(now), slug, name: `Team ${slug}` };
  const made = await store.database.atOnce((whole) => newTeam(whole, team, person, now));
  return { ...made, team };
}
const tickets = '/api/v1/teams/{teamId}/tickets';
const kinds: [name: keyof FirstKeys, type: 'secret' | 'publishable', environment: 'live' | 'test'][] = [
  ['secretLive', 'secret', 'live'],
  ['secretTest', 'secret', 'test'],
  ['publishableLive', 'publishable', 'live'],
  ['publishableTest', 'publishable', 'test'],
];

test('a new team has four keys, one per type and environment, with all permissions of their type', async () => {
  const { keys, team } = await make('initech');
  expect(Object.keys(keys)).toEqual(kinds.map(([name]) => name));
  for (const [name, type, environment] of kinds) {
    const { data } = await clientOf(api, keys[name]).GET('/api/v1/auth/whoami');
    const { id: teamId, name: teamName, slug: teamSlug } = team;
    expect(data?.data).toEqual({ teamId, teamName, teamSlug, keyType: type, environment });
  }
  for (const environment of ['live', 'test'] as const) {
    const key = keys[environment === 'live' ? 'secretLive' : 'secretTest'];
    const { data } = await keysBy(api, key, { teamId: team.id }).list();
    expect(data?.data).toHaveLength(2);
    for (const type of ['secret', 'publishable'] as const)
      expect(data?.data.find((one) => one.type === type)).toMatchObject({
        ...{ environment, status: 'active', expiresAt: null, rateLimit: null, name: `First ${type} key` },
        ...{ permissions: permissionsOf(type), restrictions: { ipAddresses: [], referrers: [], endpoints: [] } },
      });
  }
});

test('secret keys write in the new team, and publishable keys read these tickets, each in its environment', async () => {
  const { keys, team } = await make('hooli');
  const params = { path: { teamId: team.id } };
  const made = await clientOf(api, keys.secretTest).POST(tickets, { params, body: { title: 'The first one' } });
  expect(made.response.status).toBe(201);
  for (const [name, type, environment] of kinds) {
    const { data } = await clientOf(api, keys[name]).GET(tickets, { params });
    expect(data?.data.map(({ id }) => id)).toEqual(environment === 'test' ? [made.data?.data.id] : []);
    if (type === 'secret') continue;
    const { error } = await clientOf(api, keys[name]).POST(tickets, { params, body: { title: 'No' } });
    expect(error?.error.code).toBe('publishable_key_write');
  }
});

test('the audit log records the operator as the creator of each key', async () => {
  const { keys, team } = await make('pied-piper');
  for (const key of [keys.secretLive, keys.secretTest]) {
    const params = { path: { teamId: team.id } };
    const { data } = await clientOf(api, key).GET('/api/v1/teams/{teamId}/audit-log', { params });
    expect(data?.data.map(({ after }) => after?.type).sort()).toEqual(['publishable', 'secret']);
    for (const entry of data?.data ?? [])
      expect(entry).toMatchObject({
        ...{ action: 'api_key.created', actor: { type: 'system', id: null }, requestId: null, before: null },
        after: { isActive: true, revokedAt: null },
      });
  }
});

test('the owner is the user of all four keys; an existing user is reused for the next team', async () => {
  const person = { email: 'grace@umbrella.example', firstName: 'Grace', lastName: 'H' };
  const [first, next] = [
    await make('umbrella', person),
    await make('umbrella-2', { ...person, email: person.email.toUpperCase() }),
  ];
  expect(next.ownerId).toBe(first.ownerId);
  for (const keys of [first.keys, next.keys])
    for (const key of [keys.secretLive, keys.secretTest])
      expect((await clientOf(api, key).GET('/api/v1/me')).data).toEqual({
        ...{ id: first.ownerId, email: person.email, first_name: 'Grace', last_name: 'H' },
        ...{ is_active: true, is_verified: false },
      });
});

test('a slug that is taken creates nothing', async () => {
  await make('taken');
  const count = async () => (await store.pool.query('select count(*)::int as n from users')).rows[0].n;
  const before = await count();
  await expect(make('taken', { ...owner, email: 'new@initech.example' })).rejects.toMatchObject({ code: '23505' });
  expect(await count()).toBe(before);
});
