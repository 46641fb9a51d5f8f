import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OwnStore, openOwnStore, serve } from '../idempotency/ownServer.ts';
import { type Backend, backends, send, team } from '../support/client.ts';
import {
  type ApiKeyUpdate,
  fields,
  got,
  holder,
  inDays,
  keysBy,
  narrowings,
  newKey,
  told,
  traces,
  using,
  withoutSecret,
} from './apiKeys.ts';
import { only } from './only.ts';

const forbidden = (param: string) => [403, 'insufficient_permissions', param];
const manager = ['keys:read' as const, 'keys:write' as const];
const tickets = `/api/v1/teams/${team.id}/tickets`;

describe.each(backends)('updateApiKey on $name', (backend) => {
  const stateful = only(backend, 'keeps state');
  const { change, get, rotate, revoke } = keysBy(backend);

  stateful('200 changes only the fields that were sent', async () => {
    const made = await newKey(backend, { rateLimit: 7, restrictions: { endpoints: ['Keys'] } });
    const changes: [ApiKeyUpdate, object][] = [
      [{ name: 'After' }, { name: 'After' }],
      [{ permissions: ['keys:read'] }, { permissions: ['keys:read'] }],
      [
        { restrictions: { ipAddresses: ['127.0.0.1'] } },
        { restrictions: { ...made.restrictions, ipAddresses: ['127.0.0.1'] } },
      ],
      [{ rateLimit: null }, { rateLimit: null }],
      [{ expiresAt: inDays(1) }, {}],
      [{ expiresAt: null }, { expiresAt: null }],
      [{ isActive: false }, { status: 'deactivated', isActive: false }],
    ];
    let before = withoutSecret(made);
    for (const [wanted, expected] of changes) {
      const after = await got(change(made.id, wanted));
      expect(after).toEqual({ ...before, ...('expiresAt' in wanted && wanted), ...expected });
      expect(await got(get(made.id))).toEqual(after);
      before = after;
    }
  });

  stateful('401 immediately for a deactivated key, until it is reactivated', async () => {
    const { id, key } = await newKey(backend);
    expect(await using(backend, key)).toEqual([200]);
    await change(id, { isActive: false });
    expect(await using(backend, key)).toEqual([401, 'invalid_api_key']);
    expect(await got(change(id, { isActive: true }))).toMatchObject({ status: 'active' });
    expect(await using(backend, key)).toEqual([200]);
  });

  stateful('403 immediately for a removed permission, and 200 for a granted one', async () => {
    const { id, key } = await newKey(backend);
    const status = async () => (await send(backend, tickets, { key })).status;
    expect(await status()).toBe(200);
    for (const [less, more] of [
      [{ permissions: manager }, { permissions: ['tickets:read' as const] }],
      [{ restrictions: { endpoints: ['Keys' as const] } }, { restrictions: { endpoints: ['Tickets' as const] } }],
      [{ restrictions: { ipAddresses: ['192.0.2.1'] } }, { restrictions: { ipAddresses: ['127.0.0.1'] } }],
      [{ restrictions: { referrers: ['https://shop.example'] } }, { restrictions: { referrers: [] } }],
    ]) {
      await change(id, less as ApiKeyUpdate);
      expect(await status()).toBe(403);
      await change(id, more as ApiKeyUpdate);
      expect(await status()).toBe(200);
    }
  });

  stateful.each(narrowings)('403 for a key that widens its own %s from %j to %j', async (param, narrow, wider) => {
    const narrowed = await holder(backend, narrow);
    expect(told(await narrowed.change(narrowed.id, wider))).toEqual(forbidden(param));
    expect(await got(get(narrowed.id))).toMatchObject(narrow);
  });

  stateful.each(narrowings)(
    '403 for setting %s of another key, by a caller with %j, to %j',
    async (param, narrow, wider) => {
      const [narrowed, other] = [await holder(backend, narrow), await newKey(backend, narrow)];
      expect(told(await narrowed.change(other.id, wider))).toEqual(forbidden(param));
      expect(await got(get(other.id))).toMatchObject(narrow);
    },
  );

  stateful.each(fields)(
    '403 for any change to a key with more access in %s than a caller with %j',
    async (_field, narrow) => {
      const [narrowed, stronger] = [await holder(backend, narrow), await newKey(backend)];
      for (const wanted of [{ name: 'Renamed' }, { rateLimit: 5 }, { isActive: false }, narrow])
        expect(told(await narrowed.change(stronger.id, wanted))).toEqual(forbidden('keyId'));
      expect(await got(get(stronger.id))).toEqual(withoutSecret(stronger));
    },
  );

  stateful.each(fields)(
    '403 for reactivating a key with more access in %s than a caller with %j',
    async (_field, narrow) => {
      const [narrowed, stronger] = [await holder(backend, narrow), await newKey(backend)];
      await change(stronger.id, { isActive: false });
      expect(told(await narrowed.change(stronger.id, { isActive: true }))).toEqual(forbidden('keyId'));
      expect(told(await narrowed.change(stronger.id, { isActive: true, ...narrow }))).toEqual(forbidden('keyId'));
      expect(await using(backend, stronger.key)).toEqual([401, 'invalid_api_key']);
    },
  );

  stateful('400 for a publishable key with a write permission, and for an expiry in the past', async () => {
    const { id } = await newKey(backend, { type: 'publishable', permissions: ['tickets:read'] });
    const writing = await change(id, { permissions: ['tickets:read', 'tickets:write'] });
    expect(told(writing)).toEqual([400, 'parameter_invalid', 'permissions']);
    const past = await change(id, { expiresAt: new Date().toISOString() });
    expect(told(past)).toEqual([400, 'parameter_invalid', 'expiresAt']);
  });

  stateful('409 for a revoked key and any change', async () => {
    const made = await newKey(backend);
    await revoke(made.id);
    for (const wanted of [{ name: 'x' }, { isActive: true }, { isActive: false }, { name: made.name }])
      expect(told(await change(made.id, wanted))).toEqual([409, 'resource_conflict', 'keyId']);
    expect(await using(backend, made.key)).toEqual([401, 'invalid_api_key']);
  });

  test.each([
    ['parameter_invalid', 'body', {}],
    ['parameter_invalid', 'name', { name: '' }],
    ['parameter_invalid', 'name', { name: null }],
    ['parameter_invalid', 'permissions.1', { permissions: ['keys:read', 'everything'] }],
    ['parameter_invalid', 'restrictions.endpoints.0', { restrictions: { endpoints: ['launchRockets'] } }],
    ['parameter_invalid', 'restrictions.ipAddresses.0', { restrictions: { ipAddresses: ['10.0.0.256'] } }],
    ['parameter_invalid', 'restrictions.referrers.0', { restrictions: { referrers: ['ftp://shop.example'] } }],
    ['parameter_invalid', 'rateLimit', { rateLimit: 1.5 }],
    ['parameter_invalid', 'expiresAt', { expiresAt: '2030-01-01' }],
    ['parameter_invalid', 'isActive', { isActive: 'no' }],
    ['parameter_unknown', 'type', { type: 'publishable' }],
    ['parameter_unknown', 'environment', { environment: 'live' }],
    ['parameter_unknown', 'revokedAt', { revokedAt: null }],
  ])('400 %s names %s', async (code, param, body) => {
    const { id } = await newKey(backend);
    expect(told(await change(id, body as never))).toEqual([400, code, param]);
  });

  stateful('200 creates one event and one audit entry per change', async () => {
    const changer = await holder(backend, {});
    const { id, name } = await newKey(backend);
    await changer.change(id, { name: 'After', rateLimit: 3 });
    await changer.change(id, { isActive: false });
    const { response } = await changer.change(id, { isActive: true });
    const { types, events, actions, audit } = await traces(backend, id);
    expect(types).toEqual(['api_key.created', ...Array(3).fill('api_key.updated')]);
    expect(events[2]?.data).toMatchObject({ api_key: { id, name: 'After', is_active: false } });
    expect(actions).toEqual(['created', 'updated', 'deactivated', 'reactivated'].map((what) => `api_key.${what}`));
    const [reactivated, deactivated, updated, created] = audit;
    expect(updated?.before).toEqual(created?.after);
    expect(updated?.before).toMatchObject({ name, rateLimit: null });
    expect(updated?.after).toEqual({ ...updated?.before, name: 'After', rateLimit: 3 });
    expect(deactivated).toMatchObject({ before: updated?.after, after: { ...updated?.after, isActive: false } });
    expect(reactivated).toMatchObject({ before: deactivated?.after, after: updated?.after });
    const actor = { type: 'api_key', id: changer.id };
    expect(reactivated).toMatchObject({ actor, requestId: response.headers.get('X-Request-Id') });
  });

  stateful('200 for a change to the present values, without an event or an audit entry', async () => {
    const { id, name, permissions } = await newKey(backend, { rateLimit: 3, expiresAt: '2100-01-01T01:00:00+01:00' });
    const same = [
      { name, permissions, isActive: true, rateLimit: 3, expiresAt: '2100-01-01T00:00:00Z' },
      { restrictions: {} },
      { restrictions: { endpoints: [], referrers: [], ipAddresses: [] } },
    ];
    for (const wanted of same) expect(told(await change(id, wanted))).toEqual([200]);
    const { types, actions } = await traces(backend, id);
    expect([types, actions]).toEqual([['api_key.created'], ['api_key.created']]);
  });

  stateful('403 and 400 create no event and no audit entry', async () => {
    const narrowed = await holder(backend, { permissions: manager });
    await narrowed.change(narrowed.id, { permissions: ['tickets:read'] });
    await narrowed.rotate(narrowed.id, -1);
    const { types, actions } = await traces(backend, narrowed.id);
    expect([types, actions]).toEqual([['api_key.created'], ['api_key.created']]);
  });

  stateful('200 for parallel requests, and every change is kept', async () => {
    const { id } = await newKey(backend);
    const wanted: ApiKeyUpdate[] = [
      { name: 'At once' },
      { rateLimit: 8 },
      { permissions: ['keys:read'] },
      { restrictions: { ipAddresses: ['127.0.0.1'] } },
      { restrictions: { endpoints: ['Keys'] } },
      { expiresAt: '2100-01-01T00:00:00.000Z' },
    ];
    const answers = await Promise.all([...wanted.map((one) => change(id, one)), rotate(id)]);
    expect(answers.map(({ response }) => response.status)).toEqual(Array(7).fill(200));
    const restrictions = { ipAddresses: ['127.0.0.1'], referrers: [], endpoints: ['Keys'] };
    expect(await got(get(id))).toMatchObject(Object.assign({}, ...wanted, { restrictions }));
  });
});

describe('updateApiKey with a fixed clock', () => {
  const start = Date.now();
  let now = start;
  let store: OwnStore;
  let backend: Backend & { stop(): Promise<void> };
  beforeAll(async () => {
    store = await openOwnStore();
    backend = await serve(store, { clock: () => new Date(now) });
  });
  afterAll(async () => {
    await backend.stop();
    await store.close();
  });

  test('401 from the expiry of a key, and 200 after the expiry is extended', async () => {
    const made = await newKey(backend, { expiresAt: inDays(1, start) });
    now = start + 86_400_000 - 1;
    expect(await using(backend, made.key)).toEqual([200]);
    now = start + 86_400_000;
    expect(await using(backend, made.key)).toEqual([401, 'key_expired']);
    const { change, get } = keysBy(backend);
    expect(await got(get(made.id))).toMatchObject({ status: 'expired' });
    expect(await got(change(made.id, { expiresAt: null }))).toMatchObject({ status: 'active' });
    expect(await using(backend, made.key)).toEqual([200]);
  });

  test('403 for a key that extends an expired key with more access', async () => {
    now = start;
    const weaker = await holder(backend, { permissions: manager });
    const stronger = await newKey(backend, { expiresAt: inDays(1, start) });
    now = start + 86_400_000;
    expect(told(await weaker.change(stronger.id, { expiresAt: inDays(2, start) }))).toEqual(forbidden('keyId'));
    expect(await using(backend, stronger.key)).toEqual([401, 'key_expired']);
  });
});
