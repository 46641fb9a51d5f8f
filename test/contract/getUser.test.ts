import { describe, expect, test } from 'vitest';
import { type Backend, backends, clientOf, keys, open, otherTeam } from '../support/client.ts';
import { foreignUuid } from './demo.ts';
import { only } from './only.ts';

const missing = 'usr_000000000001';
const get = (backend: Backend, userId: string, key?: string) =>
  clientOf(backend, key).GET('/api/v1/users/{userId}', { params: { path: { userId } } });
const uuidOf = async (backend: Backend, key?: string) =>
  (await clientOf(backend, key).GET('/api/v1/me')).data?.id as string; // secret keys have a user

describe.each(backends)('getUser on $name', (backend) => {
  test('200 returns the user of a key, by either spelling of the ID', async () => {
    const uuid = await uuidOf(backend);
    const { data } = await get(backend, uuid);
    const id = data?.data.id as string;
    expect(id).toMatch(/^usr_/);
    for (const spelling of [id, uuid, uuid.toUpperCase()]) {
      const { data, response } = await get(backend, spelling);
      expect(response.status).toBe(200);
      expect(data?.data).toMatchObject({ object: 'user', id, uuid, firstName: 'Robin', lastName: 'Fischer' });
    }
  });

  only(backend, 'knows its team').each(open.demo.teams)('200 returns the owner of $slug', async (team) => {
    const uuid = await uuidOf(backend, team.keys.secretTest);
    for (const key of [team.keys.secretTest, team.keys.secretLive])
      expect((await get(backend, uuid, key)).data?.data).toMatchObject({
        uuid,
        email: `robin@${team.slug}.example`,
        isActive: true,
      });
  });

  only(backend, 'looks data up')('404 for a user of another team and for a user that does not exist', async () => {
    for (const userId of [await uuidOf(backend, otherTeam.keys.secretTest), missing, foreignUuid]) {
      const { error, response } = await get(backend, userId);
      expect([response.status, error?.error.code, error?.error.param]).toEqual([404, 'resource_missing', 'userId']);
    }
  });

  test.each(['usr_1', 'key_000000000001', 'usr_00000000000-'])('400 for %s', async (userId) => {
    const { error, response } = await get(backend, userId);
    expect([response.status, error?.error.code, error?.error.param]).toEqual([400, 'parameter_invalid', 'userId']);
  });

  test.each(['ticketsReadOnly', 'publishableTest'] as const)('403 for the key %s', async (name) => {
    const { error, response } = await get(backend, missing, keys[name]);
    expect([response.status, error?.error.code]).toEqual([403, 'insufficient_permissions']);
  });
});
