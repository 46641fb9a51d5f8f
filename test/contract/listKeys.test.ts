import { describe, expect, test } from 'vitest';
import type { components } from '../../generated/types.ts';
import { type Backend, backends, clientOf, keys, otherTeam, send } from '../support/client.ts';
import { got, keysBy, newKey } from './apiKeys.ts';
import { only } from './only.ts';

type ListedKey = components['schemas']['ListedKey'];
const path = '/api/v1/api-keys';

async function list(backend: Backend, key?: string): Promise<ListedKey[]> {
  const { data } = await clientOf(backend, key).GET(path);
  if (!data) throw new Error('the keys were not listed');
  return data.data;
}

describe.each(backends)('listKeys on $name', (backend) => {
  const stateful = only(backend, 'keeps state');

  test('200 returns exactly the fields of the account API', async () => {
    const response = await send(backend, path);
    expect(response.status).toBe(200);
    const body = (await response.json()) as { success: boolean; data: ListedKey[] };
    expect(Object.keys(body)).toEqual(['success', 'data']);
    expect(body.success).toBe(true);
    expect(body.data.length).toBeGreaterThan(0);
    for (const one of body.data) expect(Object.keys(one)).toEqual(['id', 'name', 'prefix', 'created_at', 'last_used']);
  });

  test('400 parameter_unknown for the parameter page', async () => {
    const response = await send(backend, `${path}?page=1`);
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: object };
    expect(error).toMatchObject({ code: 'parameter_unknown', param: 'page' });
  });

  test.each(['publishableTest', 'ticketsReadOnly'] as const)('403 for the key %s', async (name) => {
    const { error, response } = await clientOf(backend, keys[name]).GET(path);
    expect([response.status, error?.error.code]).toEqual([403, 'insufficient_permissions']);
  });

  stateful('200 returns a new key first, without its secret', async () => {
    const older = await newKey(backend, { name: 'Older' });
    const made = await newKey(backend, { name: 'Production Key', type: 'publishable', permissions: ['tickets:read'] });
    const response = await send(backend, path);
    const text = await response.text();
    const { data } = JSON.parse(text) as { data: ListedKey[] };
    const [first] = data.filter(({ id }) => [older.id, made.id].includes(id));
    expect(first).toEqual({
      id: made.id,
      name: 'Production Key',
      prefix: 'pk_test_',
      created_at: made.createdAt,
      last_used: null,
    });
    expect(text).not.toContain(made.key.slice(8));
    expect(data.map(({ created_at }) => created_at)).toEqual(
      data
        .map(({ created_at }) => created_at)
        .sort()
        .reverse(),
    );
  });

  stateful('200 omits revoked keys and includes deactivated keys', async () => {
    const [off, revoked] = [await newKey(backend), await newKey(backend)];
    await got(keysBy(backend).change(off.id, { isActive: false }));
    await clientOf(backend).DELETE('/api/v1/api-keys/{keyId}', { params: { path: { keyId: revoked.id } } });
    const ids = (await list(backend)).map(({ id }) => id);
    expect(ids).toContain(off.id);
    expect(ids).not.toContain(revoked.id);
    expect((await got(keysBy(backend).get(revoked.id))).status).toBe('revoked');
  });

  stateful('200 returns only the keys of the team and environment of the caller', async () => {
    const made = await newKey(backend);
    const live = await list(backend, keys.secretLive);
    const foreign = await list(backend, otherTeam.keys.secretTest);
    for (const one of [live, foreign]) {
      expect(one.length).toBeGreaterThan(0);
      expect(one.map(({ id }) => id)).not.toContain(made.id);
    }
    const prefixes = (all: ListedKey[]) => [...new Set(all.map(({ prefix }) => prefix))].sort();
    expect(prefixes(live)).toEqual(['pk_live_', 'sk_live_']);
    expect(prefixes(await list(backend))).toEqual(['pk_test_', 'sk_test_']);
  });
});
