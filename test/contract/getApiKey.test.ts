import { describe, expect, test } from 'vitest';
import { backends } from '../support/client.ts';
import { got, keysBy, missingKey, newKey, told } from './apiKeys.ts';
import { only } from './only.ts';
import { strangers } from './tickets.ts';

describe.each(backends)('getApiKey on $name', (backend) => {
  const stateful = only(backend, 'keeps state');
  const { get, change, rotate, revoke } = keysBy(backend);

  stateful('200 for a key that requests itself', async () => {
    const made = await newKey(backend, { permissions: ['keys:read'] });
    expect(await got(keysBy(backend, made.key).get(made.id))).toMatchObject({ id: made.id });
  });

  stateful('200 returns the status with the highest precedence: revoked, then deactivated', async () => {
    const { id } = await newKey(backend);
    const status = async () => (await got(get(id))).status;
    expect(await status()).toBe('active');
    await change(id, { isActive: false });
    expect(await status()).toBe('deactivated');
    await rotate(id);
    expect(await status()).toBe('deactivated');
    await revoke(id);
    expect(await status()).toBe('revoked');
  });

  stateful.each(strangers)(
    '404 for $who, identical to the response for a key that does not exist',
    async ({ teamId, key }) => {
      const { id } = await newKey(backend);
      const stranger = keysBy(backend, key, { teamId });
      const [foreign, missing] = [await stranger.get(id), await stranger.get(missingKey)];
      expect(told(foreign)).toEqual([404, 'resource_missing', 'keyId']);
      expect({ ...foreign.error?.error, request_id: '' }).toEqual({ ...missing.error?.error, request_id: '' });
    },
  );

  test.each(['tkt_000000000001', 'key_1', 'me'])('400 for the ID %s', async (keyId) => {
    expect(told(await get(keyId))).toEqual([400, 'parameter_invalid', 'keyId']);
  });
});
