import { describe, expect, test } from 'vitest';
import { type Backend, backends, clientOf, keys, open } from '../support/client.ts';
import { newKey } from './apiKeys.ts';
import { only } from './only.ts';

const me = (backend: Backend, key?: string) => clientOf(backend, key).GET('/api/v1/me');

describe.each(backends)('getMe on $name', (backend) => {
  test.each(['secretLive', 'secretTest', 'ticketsReadOnly', 'withoutPermissions'] as const)(
    '200 returns the user of %s, without an envelope',
    async (name) => {
      const { data, response } = await me(backend, keys[name]);
      expect(response.status).toBe(200);
      const { id, ...rest } = data as NonNullable<typeof data>;
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
      const { email, is_verified } = rest;
      expect(rest).toEqual({ email, first_name: 'Robin', last_name: 'Fischer', is_active: true, is_verified });
    },
  );

  test.each(['publishableLive', 'publishableTest'] as const)('403 for %s', async (name) => {
    const { error, response } = await me(backend, keys[name]);
    expect([response.status, error?.error.code]).toEqual([403, 'insufficient_permissions']);
  });

  only(backend, 'knows its team').each(open.demo.teams)(
    '200 returns a different user for each team: $slug',
    async (team) => {
      const { data } = await me(backend, team.keys.secretTest);
      expect(data?.email).toBe(`robin@${team.slug}.example`);
      expect((await me(backend, team.keys.secretLive)).data).toEqual(data);
      for (const other of open.demo.teams)
        if (other !== team) expect((await me(backend, other.keys.secretTest)).data?.id).not.toBe(data?.id);
    },
  );

  only(backend, 'keeps state')('200 returns the same user for a key that another key created', async () => {
    const made = await newKey(backend, { permissions: [] });
    expect((await me(backend, made.key)).data).toEqual((await me(backend)).data);
  });
});
