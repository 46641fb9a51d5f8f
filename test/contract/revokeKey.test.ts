import { describe, expect, test } from 'vitest';
import { type Backend, backends, clientOf, keys, otherTeam } from '../support/client.ts';
import { got, keysBy, missingKey, newKey, traces, using } from './apiKeys.ts';
import { foreignUuid } from './demo.ts';
import { only } from './only.ts';

const revoke = (backend: Backend, keyId: string, key?: string) =>
  clientOf(backend, key).DELETE('/api/v1/api-keys/{keyId}', { params: { path: { keyId } } });
const said = { success: true, message: 'API key revoked successfully' };
const life = ['api_key.created', 'api_key.revoked'];

describe.each(backends)('revokeKey on $name', (backend) => {
  const stateful = only(backend, 'keeps state');
  const lookingUp = only(backend, 'looks data up');

  test('200 returns the confirmation of the account API, by either spelling of the ID', async () => {
    for (const spelling of ['id', 'uuid', 'UUID in capitals'] as const) {
      const made = await newKey(backend);
      const keyId = { id: made.id, uuid: made.uuid, 'UUID in capitals': made.uuid.toUpperCase() }[spelling];
      const { data, response } = await revoke(backend, keyId);
      expect(response.status).toBe(200);
      expect(data).toEqual(said);
    }
  });

  stateful('200 revokes the key immediately, with one audit entry and one event', async () => {
    const { id, key } = await newKey(backend);
    expect(await using(backend, key)).toEqual([200]);
    const { response } = await revoke(backend, id);
    expect(await using(backend, key)).toEqual([401, 'invalid_api_key']);
    const { status, revokedAt } = await got(keysBy(backend).get(id));
    expect([status, typeof revokedAt]).toEqual(['revoked', 'string']);
    const { actions, types, audit } = await traces(backend, id);
    expect([actions, types]).toEqual([life, life]);
    expect(audit[0]).toMatchObject({
      requestId: response.headers.get('X-Request-Id'),
      before: { revokedAt: null },
      after: { revokedAt },
    });
  });

  stateful('200 for a revoked key, without an effect', async () => {
    const { id } = await newKey(backend);
    await revoke(backend, id);
    const before = await got(keysBy(backend).get(id));
    expect((await revoke(backend, id)).data).toEqual(said);
    expect(await got(keysBy(backend).get(id))).toEqual(before);
    const { actions, types } = await traces(backend, id);
    expect([actions, types]).toEqual([life, life]);
  });

  stateful('200 for the key of the caller, which is then rejected', async () => {
    const { id, key } = await newKey(backend);
    expect((await revoke(backend, id, key)).data).toEqual(said);
    expect(await using(backend, key)).toEqual([401, 'invalid_api_key']);
    expect((await traces(backend, id)).audit[0]?.actor).toEqual({ type: 'api_key', id });
  });

  lookingUp('404 for a key that does not exist, of the other environment or of another team', async () => {
    const made = await newKey(backend);
    for (const [keyId, key] of [
      [missingKey, keys.secretTest],
      [foreignUuid, keys.secretTest],
      [made.id, keys.secretLive],
      [made.id, otherTeam.keys.secretTest],
    ] as const) {
      const { error, response } = await revoke(backend, keyId, key);
      expect(response.status).toBe(404);
      expect(error?.error).toMatchObject({ code: 'resource_missing', param: 'keyId' });
    }
    expect(await using(backend, made.key)).toEqual([200]);
  });

  test.each(['key_1', 'tkt_000000000001', 'key_00000000000-'])('400 for %s', async (keyId) => {
    const { error, response } = await revoke(backend, keyId);
    expect(response.status).toBe(400);
    expect(error?.error).toMatchObject({ code: 'parameter_invalid', param: 'keyId' });
  });

  test.each([
    ['ticketsReadOnly', 'insufficient_permissions'],
    ['publishableTest', 'publishable_key_write'],
  ] as const)('403 for the key %s', async (name, code) => {
    const { error, response } = await revoke(backend, missingKey, keys[name]);
    expect([response.status, error?.error.code]).toEqual([403, code]);
  });
});
