// The access of a key to other keys and to itself: it cannot change a key that has more access.
import { describe, expect, test } from 'vitest';
import {
  fields,
  got,
  type IssuedApiKey,
  keysBy,
  newKey,
  told,
  traces,
  using,
  withoutSecret,
} from '../contract/apiKeys.ts';
import { type Backend, backends, send } from '../support/client.ts';

const [server] = backends as [Backend, Backend];
const headers = { referer: 'https://shop.example/admin' };
const by = (key: string) => keysBy(server, key, { headers });

const through =
  (path: string) =>
  async (key: string, { id }: IssuedApiKey) => {
    const response = await send(server, `${path}/${id}`, { key, method: 'DELETE', headers });
    const body = await response.json();
    return told({ response, ...(response.ok ? { data: body } : { error: body }) } as Parameters<typeof told>[0]);
  };
/** All operations on a key. */
const deeds: Record<string, (key: string, other: IssuedApiKey) => Promise<ReturnType<typeof told>>> = {
  rename: async (key, { id }) => told(await by(key).change(id, { name: 'Renamed' })),
  'send no change to': async (key, { id, name }) => told(await by(key).change(id, { name })),
  'remove a permission from': async (key, { id }) => told(await by(key).change(id, { permissions: ['keys:write'] })),
  restrict: async (key, { id }) => told(await by(key).change(id, { restrictions: { endpoints: ['Keys'] } })),
  throttle: async (key, { id }) => told(await by(key).change(id, { rateLimit: 1 })),
  deactivate: async (key, { id }) => told(await by(key).change(id, { isActive: false })),
  rotate: async (key, { id }) => told(await by(key).rotate(id)),
  revoke: async (key, { id }) => told(await by(key).revoke(id)),
  'revoke by the account API': through('/api/v1/api-keys'),
  'revoke by the alias of the account API': through('/v1/api-keys'),
};
const names = Object.keys(deeds);
const deed = (name: string) => deeds[name] as (typeof deeds)[string];

describe.each(fields)('a key with less access in %s', (field, narrow) => {
  test.each(names)('cannot %s a key with more access', async (name) => {
    const [weaker, stronger] = [await newKey(server, narrow), await newKey(server)];
    expect(await deed(name)(weaker.key, stronger)).toEqual([403, 'insufficient_permissions', 'keyId']);
    expect(await using(server, stronger.key)).toEqual([200]);
    expect(withoutSecret({ ...(await got(keysBy(server).get(stronger.id))), key: '', lastUsedAt: null })).toEqual(
      withoutSecret({ ...stronger, lastUsedAt: null }),
    );
    expect((await traces(server, stronger.id)).types).toEqual(['api_key.created']);
    expect(field).toBeTruthy();
  });

  test.each(names)('can %s a key with the same access', async (name) => {
    const [one, same] = [await newKey(server, narrow), await newKey(server, narrow)];
    expect(await deed(name)(one.key, same)).toEqual([200]);
  });

  test.each(names)('can %s itself', async (name) => {
    const one = await newKey(server, narrow);
    expect(await deed(name)(one.key, one)).toEqual([200]);
  });
});

test.each(names)('a key can %s a key with less access', async (name) => {
  for (const [, narrow] of fields) {
    const [stronger, weaker] = [await newKey(server), await newKey(server, narrow)];
    expect(await deed(name)(stronger.key, weaker)).toEqual([200]);
  }
});

test('the message names the field in which the other key has more access', async () => {
  for (const [field, narrow] of fields) {
    const [weaker, stronger] = [await newKey(server, narrow), await newKey(server)];
    const { error } = await by(weaker.key).change(stronger.id, { name: 'x' });
    expect(error?.error.message).toBe(`This API key has more access than the key that you use: ${field}.`);
  }
});

test('revoking a revoked key succeeds without an effect, even for a key with less access', async () => {
  const [weaker, stronger] = [await newKey(server, { permissions: ['keys:write'] }), await newKey(server)];
  const before = await got(keysBy(server).revoke(stronger.id));
  expect(await got(by(weaker.key).revoke(stronger.id))).toEqual(before);
});
