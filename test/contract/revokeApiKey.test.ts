import { describe, expect, test } from 'vitest';
import { backends } from '../support/client.ts';
import { got, holder, keysBy, newKey, told, traces, using } from './apiKeys.ts';
import { only } from './only.ts';

const refused = [401, 'invalid_api_key'];

describe.each(backends)('revokeApiKey on $name', (backend) => {
  const stateful = only(backend, 'keeps state');
  const { get, list, change, rotate, revoke } = keysBy(backend);

  test.each(['id', 'uuid'] as const)('200 returns the revoked key, requested by its %s', async (spelling) => {
    const made = await newKey(backend);
    const { data, response } = await revoke(made[spelling]);
    expect(response.status).toBe(200);
    expect(data?.data).toMatchObject({ object: 'api_key', id: made.id, uuid: made.uuid, status: 'revoked' });
    expect(data?.data.revokedAt).not.toBeNull();
  });

  stateful('401 immediately for both secrets of the key', async () => {
    const { id, key: first } = await newKey(backend);
    const { key: second } = await got(rotate(id, 3600));
    for (const secret of [first, second]) expect(await using(backend, secret)).toEqual([200]);
    await revoke(id);
    for (const secret of [first, second]) expect(await using(backend, secret)).toEqual(refused);
  });

  stateful('200 is permanent: the key is kept, and cannot be changed or rotated', async () => {
    const { id, name, key } = await newKey(backend);
    const revoked = await got(revoke(id));
    const conflict = [409, 'resource_conflict', 'keyId'];
    expect(told(await change(id, { isActive: true }))).toEqual(conflict);
    expect(told(await rotate(id, 60))).toEqual(conflict);
    expect(await got(get(id))).toEqual(revoked);
    expect(revoked).toMatchObject({ id, name, status: 'revoked' });
    const listed = await got(list({ status: 'revoked', pageSize: 100 }));
    expect(listed).toContainEqual(revoked);
    expect(await using(backend, key)).toEqual(refused);
  });

  stateful('200 for a revoked key, without an effect', async () => {
    const { id } = await newKey(backend);
    const first = await got(revoke(id));
    expect(await got(revoke(id))).toEqual(first);
    const { types, actions } = await traces(backend, id);
    expect([types, actions]).toEqual(Array(2).fill(['api_key.created', 'api_key.revoked']));
  });

  stateful('200 for parallel requests, and the key is revoked once', async () => {
    const { id } = await newKey(backend);
    const answers = await Promise.all(Array.from({ length: 5 }, () => got(revoke(id))));
    expect(new Set(answers.map(({ revokedAt }) => revokedAt)).size).toBe(1);
    const { types, actions } = await traces(backend, id);
    expect([types, actions]).toEqual(Array(2).fill(['api_key.created', 'api_key.revoked']));
  });

  stateful('200 creates one event and one audit entry', async () => {
    const revoker = await holder(backend, {});
    const { id } = await newKey(backend);
    const { data, response } = await revoker.revoke(id);
    const revokedAt = data?.data.revokedAt;
    const { events, audit } = await traces(backend, id);
    expect(events).toHaveLength(2);
    expect(events[1]).toMatchObject({ type: 'api_key.revoked', data: { api_key: { id, revoked_at: revokedAt } } });
    expect(audit).toHaveLength(2);
    const [revoked, created] = audit;
    const requestId = response.headers.get('X-Request-Id');
    expect(revoked).toMatchObject({ action: 'api_key.revoked', actor: { id: revoker.id }, requestId });
    expect(revoked?.before).toEqual(created?.after);
    expect(revoked?.after).toEqual({ ...revoked?.before, revokedAt });
  });

  stateful('200 for a key that revokes itself', async () => {
    const narrow = await holder(backend, { permissions: ['keys:write'] });
    expect(told(await narrow.revoke(narrow.id))).toEqual([200]);
    expect(await using(backend, narrow.key)).toEqual(refused);
  });

  stateful('403 for a key that has more access than the caller', async () => {
    const narrow = await holder(backend, { permissions: ['keys:write'] });
    const stronger = await newKey(backend);
    expect(told(await narrow.revoke(stronger.id))).toEqual([403, 'insufficient_permissions', 'keyId']);
    expect(await using(backend, stronger.key)).toEqual([200]);
  });

  stateful('200 for a deactivated key, which is then revoked', async () => {
    const { id } = await newKey(backend);
    await change(id, { isActive: false });
    await revoke(id);
    expect(await got(get(id))).toMatchObject({ status: 'revoked' });
  });

  test.each(['tkt_000000000001', 'key_1', 'all'])('400 for the ID %s', async (keyId) => {
    expect(told(await revoke(keyId))).toEqual([400, 'parameter_invalid', 'keyId']);
  });
});
