import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openOwnStore, serve } from '../idempotency/ownServer.ts';
import { backends, keys } from '../support/client.ts';
import {
  allPermissions,
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

const body = { name: 'Billing service', permissions: ['tickets:read' as const, 'tickets:write' as const] };
const manager = { permissions: ['keys:read' as const, 'keys:write' as const] };

describe.each(backends)('createApiKey on $name', (backend) => {
  const stateful = only(backend, 'keeps state');

  test('201 returns the complete key, which works immediately', async () => {
    const { data, response } = await keysBy(backend).create(body);
    expect(response.status).toBe(201);
    expect(data?.meta.requestId).toBe(response.headers.get('X-Request-Id'));
    const made = data?.data;
    expect(made).toMatchObject({ ...body, object: 'api_key', type: 'secret', environment: 'test', status: 'active' });
    expect(made?.key).toMatch(/^sk_test_[A-Za-z0-9_-]{32}$/);
    expect(made?.lastFour).toBe(made?.key.slice(-4));
    expect(await using(backend, made?.key as string)).toEqual([200]);
  });

  stateful.each([
    ['secret', 'live', 'sk_live_'],
    ['secret', 'test', 'sk_test_'],
    ['publishable', 'live', 'pk_live_'],
    ['publishable', 'test', 'pk_test_'],
  ] as const)('201 for a %s key of the environment %s, with the prefix %s', async (type, environment, prefix) => {
    const key = environment === 'live' ? keys.secretLive : keys.secretTest;
    const made = await newKey(backend, { permissions: ['tickets:read'], type, environment }, key);
    expect(made).toMatchObject({ type, environment, prefix, lastFour: made.key.slice(-4) });
    expect(made.key.slice(0, prefix.length)).toBe(prefix);
    expect(made.key.slice(prefix.length)).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(await using(backend, made.key)).toEqual([200]);
  });

  stateful('201 is the only response that contains the secret', async () => {
    const made = await newKey(backend, body);
    const answers = [await keysBy(backend).get(made.id), await keysBy(backend).list(), await traces(backend, made.id)];
    expect(JSON.stringify(answers)).toContain(made.id);
    expect(JSON.stringify(answers)).not.toContain(made.key.slice('sk_test_'.length));
  });

  stateful('201 uses the defaults for omitted fields', async () => {
    const made = await newKey(backend, body);
    expect(withoutSecret(made)).toEqual({
      ...{ ...body, object: 'api_key', id: made.id, uuid: made.uuid, type: 'secret', environment: 'test' },
      ...{ prefix: 'sk_test_', lastFour: made.key.slice(-4), rateLimit: null, status: 'active', isActive: true },
      sharesLimitOf: made.sharesLimitOf,
      ...{ restrictions: { ipAddresses: [], referrers: [], endpoints: [] } },
      ...{ rotationAdvised: false, previousSecretExpiresAt: null, lastUsedAt: null, expiresAt: null, revokedAt: null },
      ...{ createdAt: made.createdAt, secretCreatedAt: made.createdAt },
    });
  });

  stateful('201 stores and returns every field that was sent', async () => {
    const wishes = {
      name: 'Überall 🎫 "quoted"',
      permissions: ['tickets:write' as const, 'tickets:read' as const],
      restrictions: {
        ipAddresses: ['203.0.113.7', '2001:DB8::/32'],
        referrers: ['https://*.shop.example', 'https://shop.example/admin/*'],
        endpoints: ['Tickets' as const, 'getIdentity' as const],
      },
      rateLimit: 7,
      expiresAt: inDays(1),
    };
    const made = await newKey(backend, wishes);
    expect(made).toMatchObject(wishes);
    expect(await got(keysBy(backend).get(made.id))).toEqual(withoutSecret(made));
  });

  stateful('201 copies omitted settings from the key that creates the key', async () => {
    const restrictions = {
      ipAddresses: ['127.0.0.0/8'],
      referrers: ['https://shop.example/*'],
      endpoints: ['Keys' as const],
    };
    const settings = { restrictions, rateLimit: 50, expiresAt: inDays(1) };
    const maker = await holder(backend, settings);
    expect(await got(maker.create(body))).toMatchObject(settings);
    const publishable = { name: 'x', type: 'publishable' as const, permissions: ['tickets:read' as const] };
    expect(await got(maker.create(publishable))).toMatchObject(settings);
    expect(await got(maker.create({ ...body, restrictions: { ipAddresses: ['127.0.0.1'] } }))).toMatchObject({
      ...settings,
      restrictions: { ...restrictions, ipAddresses: ['127.0.0.1'] },
    });
  });

  stateful.each(narrowings)('403 names %s if a key with %j creates a key with %j', async (param, narrow, wider) => {
    const maker = await holder(backend, narrow);
    const name = randomUUID();
    const refused = await maker.create({ name, permissions: manager.permissions, ...wider });
    expect(told(refused)).toEqual([403, 'insufficient_permissions', param]);
    const kept = await got(keysBy(backend).list({ pageSize: 100 }));
    expect(kept.filter((one) => one.name === name)).toEqual([]);
    expect(told(await maker.create({ name, permissions: manager.permissions, ...narrow }))).toEqual([201]);
  });

  stateful.each([
    ['live', keys.secretTest],
    ['test', keys.secretLive],
  ] as const)('403 names environment for %s if the creator has the other environment', async (environment, key) => {
    const refused = await keysBy(backend, key).create({ ...body, environment });
    expect(told(refused)).toEqual([403, 'insufficient_permissions', 'environment']);
  });

  stateful('403 along a chain of keys: no key exceeds its creator', async () => {
    const first = await holder(backend, { rateLimit: 50, expiresAt: inDays(2) });
    const second = await got(first.create({ name: 'Second', ...manager, expiresAt: inDays(1) }));
    const third = keysBy(backend, second.key);
    expect(told(await third.create({ name: 'Third', ...manager }))).toEqual([201]);
    for (const [param, wishes] of [
      ['permissions', { permissions: allPermissions }],
      ['rateLimit', { ...manager, rateLimit: 51 }],
      ['expiresAt', { ...manager, expiresAt: inDays(2) }],
    ] as const)
      expect(told(await third.create({ name: 'Third', ...wishes }))).toEqual([403, 'insufficient_permissions', param]);
  });

  stateful('400 for a publishable key with a write permission', async () => {
    for (const permission of allPermissions.filter((one) => one !== 'tickets:read')) {
      const refused = await keysBy(backend).create({ name: 'x', type: 'publishable', permissions: [permission] });
      expect(told(refused)).toEqual([400, 'parameter_invalid', 'permissions']);
    }
  });

  test.each(['9999-12-31T23:59:59-23:59', '2030-12-31T23:59:60Z', '0000-01-01T00:00:00Z', '2030-01-01 00:00:00Z'])(
    '400 for an expiry that cannot be stored: %s',
    async (expiresAt) => {
      expect(told(await keysBy(backend).create({ ...body, expiresAt }))).toEqual([
        400,
        'parameter_invalid',
        'expiresAt',
      ]);
    },
  );

  stateful('400 for an expiry in the past', async () => {
    for (const expiresAt of ['2020-01-01T00:00:00Z', new Date().toISOString()]) {
      const refused = await keysBy(backend).create({ ...body, expiresAt });
      expect(told(refused)).toEqual([400, 'parameter_invalid', 'expiresAt']);
    }
  });

  test.each([
    ['parameter_missing', 'name', { permissions: [] }],
    ['parameter_missing', 'permissions', { name: 'x' }],
    ['parameter_invalid', 'name', { ...body, name: '' }],
    ['parameter_invalid', 'name', { ...body, name: 'x'.repeat(101) }],
    ['parameter_invalid', 'permissions.0', { ...body, permissions: ['tickets:delete'] }],
    ['parameter_invalid', 'permissions', { ...body, permissions: ['keys:read', 'keys:read'] }],
    ['parameter_invalid', 'type', { ...body, type: 'session' }],
    ['parameter_invalid', 'environment', { ...body, environment: 'staging' }],
    ['parameter_invalid', 'restrictions.endpoints.0', { ...body, restrictions: { endpoints: ['launchRockets'] } }],
    ['parameter_invalid', 'restrictions.ipAddresses.0', { ...body, restrictions: { ipAddresses: ['10.0.0.0/33'] } }],
    ['parameter_invalid', 'restrictions.ipAddresses.1', { ...body, restrictions: { ipAddresses: ['::1', '10.0.0'] } }],
    ['parameter_invalid', 'restrictions.referrers.0', { ...body, restrictions: { referrers: ['shop.example'] } }],
    ['parameter_invalid', 'restrictions.referrers.0', { ...body, restrictions: { referrers: ['https://*'] } }],
    ['parameter_unknown', 'restrictions.countries', { ...body, restrictions: { countries: [] } }],
    ['parameter_invalid', 'rateLimit', { ...body, rateLimit: 0 }],
    ['parameter_invalid', 'expiresAt', { ...body, expiresAt: 'tomorrow' }],
    ['parameter_unknown', 'key', { ...body, key: 'x' }],
    ['parameter_unknown', 'isActive', { ...body, isActive: false }],
  ])('400 %s names %s', async (code, param, wrong) => {
    expect(told(await keysBy(backend).create(wrong as never))).toEqual([400, code, param]);
  });

  stateful('201 creates one event and one audit entry', async () => {
    const maker = await holder(backend, {});
    const { data, response } = await maker.create({ ...body, rateLimit: 9 });
    const made = data?.data;
    const { events, audit } = await traces(backend, made?.id as string);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: 'api_key.created' });
    expect(events[0]?.data).toMatchObject({ api_key: { id: made?.id, name: body.name, last_four: made?.lastFour } });
    expect(audit).toHaveLength(1);
    const { name, type, prefix, lastFour, permissions, restrictions, rateLimit, sharesLimitOf } = { ...made };
    expect(sharesLimitOf).toBe(maker.id);
    expect(audit[0]).toMatchObject({
      action: 'api_key.created',
      actor: { type: 'api_key', id: maker.id },
      resource: { type: 'api_key', id: made?.id },
      requestId: response.headers.get('X-Request-Id'),
      before: null,
    });
    const facts = { name, type, prefix, lastFour, permissions, restrictions, rateLimit, sharesLimitOf };
    expect(audit[0]?.after).toEqual({ ...facts, isActive: true, expiresAt: null, revokedAt: null });
  });

  test('201 for a retry with the same Idempotency-Key, with the same secret', async () => {
    const { create } = keysBy(backend, keys.secretTest, { headers: { 'idempotency-key': randomUUID() } });
    const [first, second] = [await create(body), await create(body)];
    expect([first, second].map(({ response }) => response.headers.get('Idempotency-Replayed'))).toEqual([null, 'true']);
    expect(second.data).toEqual(first.data);
    expect(await using(backend, second.data?.data.key as string)).toEqual([200]);
  });

  test('409 idempotency_conflict for the same Idempotency-Key from another API key, without the secret', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    expect(told(await keysBy(backend, keys.secretTest, { headers }).create(body))).toEqual([201]);
    const weaker = await newKey(backend, manager);
    const repetition = await keysBy(backend, weaker.key, { headers }).create(body);
    expect(told(repetition)).toEqual([409, 'idempotency_conflict', 'Idempotency-Key']);
  });

  stateful('201 for parallel requests with one Idempotency-Key, and one key is created', async () => {
    const name = randomUUID();
    const { create } = keysBy(backend, keys.secretTest, { headers: { 'idempotency-key': name } });
    const made = await Promise.all(Array.from({ length: 5 }, () => got(create({ ...body, name }))));
    expect(new Set(made.map(({ key }) => key)).size).toBe(1);
    const kept = await got(keysBy(backend).list({ pageSize: 100 }));
    expect(kept.filter((one) => one.name === name)).toHaveLength(1);
  });
});

describe('createApiKey on two servers of one database', () => {
  test('401 immediately for a key that the other server revoked and this server used before', async () => {
    const store = await openOwnStore();
    const [one, other] = [await serve(store), await serve(store)];
    const maker = await newKey(one);
    expect(told(await keysBy(other, maker.key).create(body))).toEqual([201]);
    await keysBy(one).revoke(maker.id);
    expect(told(await keysBy(other, maker.key).create(body))).toEqual([401, 'invalid_api_key', undefined]);
    await Promise.all([one.stop(), other.stop()]);
    await store.close();
  });

  test('401 for a secret that the other server rotated', async () => {
    const store = await openOwnStore();
    const [one, other] = [await serve(store), await serve(store)];
    const maker = await newKey(one);
    expect(told(await keysBy(other, maker.key).create(body))).toEqual([201]);
    const { key } = await got(keysBy(one).rotate(maker.id));
    expect(told(await keysBy(other, maker.key).create(body))).toEqual([401, 'invalid_api_key', undefined]);
    expect(told(await keysBy(other, key).create(body))).toEqual([201]);
    await Promise.all([one.stop(), other.stop()]);
    await store.close();
  });
});
