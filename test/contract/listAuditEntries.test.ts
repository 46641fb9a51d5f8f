import { describe, expect, test } from 'vitest';
import type { components } from '../../generated/types.ts';
import { type Backend, backends, clientOf, keys, otherTeam, send, team } from '../support/client.ts';
import { got, keysBy, newKey } from './apiKeys.ts';
import { foreignUuid } from './demo.ts';
import { only } from './only.ts';

type Action = components['schemas']['AuditAction'];
type Query = { action?: Action; resource?: string; page?: number; pageSize?: number; cursor?: string };
type Entry = components['schemas']['AuditEntry'];

const auditLog = '/api/v1/teams/{teamId}/audit-log';
const ask = (backend: Backend, query: Query, key?: string, teamId = team.id) =>
  clientOf(backend, key).GET(auditLog, { params: { path: { teamId }, query } });
const actions = (entries: Entry[] | undefined) => entries?.map(({ action }) => action);

describe.each(backends)('listAuditEntries on $name', (backend) => {
  const own = keysBy(backend);
  const lookingUp = only(backend, 'looks data up');

  lookingUp('200 contains the actor, the request and the settings of a new key', async () => {
    const maker = await newKey(backend);
    const body = {
      name: 'Watched',
      permissions: ['tickets:read' as const],
      restrictions: { ipAddresses: ['127.0.0.0/8'], referrers: [], endpoints: ['listTickets' as const] },
      rateLimit: 7,
      expiresAt: '2099-01-01T00:00:00.000Z',
    };
    const making = keysBy(backend, maker.key).create(body);
    const key = await got(making);
    const { data } = await ask(backend, { resource: key.id });
    expect(data?.data).toEqual([
      {
        object: 'audit_entry',
        id: expect.stringMatching(/^aud_[0-9A-Za-z]{12}$/),
        uuid: expect.any(String),
        action: 'api_key.created',
        actor: { type: 'api_key', id: maker.id },
        resource: { type: 'api_key', id: key.id },
        before: null,
        after: {
          ...body,
          ...{ type: 'secret', prefix: 'sk_test_', lastFour: key.lastFour, isActive: true, revokedAt: null },
          sharesLimitOf: maker.id,
        },
        requestId: (await making).response.headers.get('X-Request-Id'),
        createdAt: key.createdAt,
      },
    ]);
    expect(JSON.stringify(data)).not.toContain(key.key.slice(8, -4));
  });

  lookingUp('200 contains the state before and after each kind of change, newest first', async () => {
    const made = await newKey(backend, { name: 'First' });
    await got(own.change(made.id, { name: 'Second', rateLimit: 5 }));
    await got(own.change(made.id, { isActive: false }));
    await got(own.change(made.id, { isActive: true }));
    const rotated = await got(own.rotate(made.id));
    const { revokedAt } = await got(own.revoke(made.id));
    const { data } = await ask(backend, { resource: made.id });
    const log = (data?.data ?? []).toReversed();
    expect(actions(log)).toEqual(
      ['created', 'updated', 'deactivated', 'reactivated', 'rotated', 'revoked'].map((action) => `api_key.${action}`),
    );
    expect(log.slice(1).map(({ before }) => before)).toEqual(log.slice(0, -1).map(({ after }) => after));
    const { lastFour } = made;
    expect(log.map(({ after }) => after)).toMatchObject([
      { name: 'First', rateLimit: null, isActive: true, lastFour, revokedAt: null },
      { name: 'Second', rateLimit: 5, isActive: true },
      { name: 'Second', isActive: false },
      { isActive: true, lastFour },
      { lastFour: rotated.lastFour, revokedAt: null },
      { lastFour: rotated.lastFour, revokedAt },
    ]);
    for (const secret of [made.key, rotated.key]) expect(JSON.stringify(log)).not.toContain(secret.slice(8, -4));
  });

  lookingUp('200 filters by action and by resource, in either spelling of the ID', async () => {
    const { id, uuid } = await newKey(backend);
    await got(own.change(id, { name: 'Renamed' }));
    for (const resource of [id, uuid, uuid.toUpperCase()]) {
      const { data } = await ask(backend, { resource, action: 'api_key.updated' });
      expect(data?.data.map((entry) => [entry.action, entry.resource.id])).toEqual([['api_key.updated', id]]);
      expect(data?.pagination).toMatchObject({ total: 1, hasMore: false });
      expect((await ask(backend, { resource, action: 'api_key.leaked' })).data?.data).toEqual([]);
    }
    const { data } = await ask(backend, { action: 'api_key.updated', pageSize: 100 });
    expect(new Set(actions(data?.data))).toEqual(new Set(['api_key.updated']));
    expect((await ask(backend, { resource: foreignUuid })).data?.data).toEqual([]);
  });

  lookingUp('200 returns only the log of the team and environment of the caller', async () => {
    const { id: resource } = await newKey(backend);
    expect((await ask(backend, { resource })).data?.data).toHaveLength(1);
    expect((await ask(backend, { resource }, keys.secretLive)).data?.data).toEqual([]);
    expect((await ask(backend, { resource }, otherTeam.keys.secretTest, otherTeam.id)).data?.data).toEqual([]);
    const live = await ask(backend, { pageSize: 100 }, keys.secretLive);
    expect(live.data?.data.length).toBeGreaterThan(0);
    const ofKeys = (live.data?.data ?? []).filter(({ resource: { type } }) => type === 'api_key');
    for (const { before, after } of ofKeys) expect((after ?? before)?.prefix).toMatch(/_live_$/);
  });

  lookingUp('200 contains the keys that the operator created, with neither an actor ID nor a request ID', async () => {
    const listed = await clientOf(backend, keys.secretLive).GET('/api/v1/api-keys');
    const first = listed.data?.data.find(({ name }) => name === 'First secret key')?.id as string; // every team has one
    const { data } = await ask(backend, { resource: first }, keys.secretLive);
    expect(data?.data).toMatchObject([{ actor: { type: 'system', id: null }, requestId: null, before: null }]);
  });

  test.each<[string, Record<string, string>]>([
    ['action', { action: 'api_key.stolen' }],
    ['resource', { resource: 'customer_000000000001' }],
    ['resource', { resource: 'key_1' }],
    ['pageSize', { pageSize: '101' }],
    ['page', { page: '101', pageSize: '100' }],
    ['cursor', { cursor: 'nothing' }],
  ])('400 for a %s that is not valid', async (param, query) => {
    const response = await send(backend, `/api/v1/teams/${team.id}/audit-log?${new URLSearchParams(query)}`);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: object }).error).toMatchObject({ code: 'parameter_invalid', param });
  });

  test.each(['publishableTest', 'ticketsReadOnly'] as const)('403 for the key %s', async (name) => {
    const { error, response } = await ask(backend, {}, keys[name]);
    expect([response.status, error?.error.code]).toEqual([403, 'insufficient_permissions']);
  });
});
