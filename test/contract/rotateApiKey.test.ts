import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OwnStore, openOwnStore, serve } from '../idempotency/ownServer.ts';
import { type Backend, backends, keys, send, team } from '../support/client.ts';
import { fields, got, holder, inDays, keysBy, newKey, told, traces, using, withoutSecret } from './apiKeys.ts';
import { only } from './only.ts';

const weekSeconds = 7 * 24 * 3600;
const ended = [401, 'key_expired'];

describe.each(backends)('rotateApiKey on $name', (backend) => {
  const stateful = only(backend, 'keeps state');
  const { get, change, rotate, revoke, list } = keysBy(backend);

  test('200 returns the new secret, which works immediately, by either spelling of the ID', async () => {
    const { id, uuid } = await newKey(backend);
    for (const keyId of [id, uuid, uuid.toUpperCase()]) {
      const { data, response } = await rotate(keyId);
      expect(response.status).toBe(200);
      expect(data?.data).toMatchObject({ object: 'api_key', id, uuid, lastFour: data?.data.key.slice(-4) });
      expect(data?.data.key).toMatch(/^sk_test_[A-Za-z0-9_-]{32}$/);
      expect(await using(backend, data?.data.key as string)).toEqual([200]);
    }
  });

  test.each([0, 1, weekSeconds])('200 with an overlap of %d seconds', async (seconds) => {
    const { id } = await newKey(backend);
    expect(told(await rotate(id, seconds))).toEqual([200]);
  });

  test.each([
    ['parameter_missing', 'overlapSeconds', {}],
    ['parameter_invalid', 'overlapSeconds', { overlapSeconds: weekSeconds + 1 }],
    ['parameter_invalid', 'overlapSeconds', { overlapSeconds: -1 }],
    ['parameter_invalid', 'overlapSeconds', { overlapSeconds: 0.5 }],
    ['parameter_invalid', 'overlapSeconds', { overlapSeconds: null }],
    ['parameter_unknown', 'key', { overlapSeconds: 0, key: 'x' }],
  ])('400 %s names %s for %j', async (code, param, body) => {
    const { id } = await newKey(backend);
    const path = `/api/v1/teams/${team.id}/api-keys/${id}/rotate`;
    const headers = { 'content-type': 'application/json' };
    const response = await send(backend, path, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: object }).error).toMatchObject({ code, param });
  });

  stateful('200 changes only the secret, and shows it only once', async () => {
    const restrictions = { ipAddresses: ['127.0.0.0/8'], referrers: [], endpoints: ['Keys' as const, 'Auth' as const] };
    const made = await newKey(backend, { restrictions, rateLimit: 9, expiresAt: inDays(1) });
    const { key, ...rotated } = await got(rotate(made.id));
    const { secretCreatedAt } = rotated;
    expect(key).not.toBe(made.key);
    expect(rotated).toEqual({ ...withoutSecret(made), lastFour: key.slice(-4), secretCreatedAt });
    const answers = [await get(made.id), await list({ pageSize: 100 }), await traces(backend, made.id)];
    expect(answers[0]).toMatchObject({ data: { data: rotated } });
    expect(JSON.stringify(answers)).not.toContain(key.slice('sk_test_'.length));
  });

  stateful('401 immediately for the old secret without an overlap', async () => {
    const { id, key } = await newKey(backend);
    expect(await using(backend, key)).toEqual([200]);
    expect(await got(rotate(id))).toMatchObject({ previousSecretExpiresAt: null });
    expect(await using(backend, key)).toEqual(ended);
  });

  stateful('200 for both secrets during an overlap, which share one limit', async () => {
    const { id, key: old } = await newKey(backend, { rateLimit: 5 });
    const remaining = async (key: string) => {
      const { status, headers } = await send(backend, '/api/v1/auth/whoami', { key });
      return [status, headers.get('X-RateLimit-Limit'), headers.get('X-RateLimit-Remaining')];
    };
    expect(await remaining(old)).toEqual([200, '5', '4']);
    const { key, previousSecretExpiresAt, secretCreatedAt } = await got(rotate(id, 60));
    expect(Date.parse(previousSecretExpiresAt as string)).toBe(Date.parse(secretCreatedAt) + 60_000);
    const counted = [await remaining(key), await remaining(old), await remaining(key), await remaining(old)];
    expect(counted).toEqual(['3', '2', '1', '0'].map((left) => [200, '5', left]));
    expect([await remaining(key), await remaining(old)]).toEqual(Array(2).fill([429, '5', '0']));
  });

  stateful('401 for both earlier secrets after a second rotation without an overlap', async () => {
    const { id, key: first } = await newKey(backend);
    const { key: second } = await got(rotate(id, 60));
    const { key: third } = await got(rotate(id));
    expect(await Promise.all([first, second, third].map((key) => using(backend, key)))).toEqual([ended, ended, [200]]);
  });

  stateful('200 for a key that is not active, which stays inactive', async () => {
    const { id, key: old } = await newKey(backend);
    await change(id, { isActive: false });
    const { key, status } = await got(rotate(id, 60));
    expect(status).toBe('deactivated');
    for (const secret of [old, key]) expect(await using(backend, secret)).toEqual([401, 'invalid_api_key']);
    await change(id, { isActive: true });
    for (const secret of [old, key]) expect(await using(backend, secret)).toEqual([200]);
  });

  stateful('200 for a key that rotates itself', async () => {
    const self = await holder(backend, { permissions: ['keys:write'], rateLimit: 50 });
    const { key } = await got(self.rotate(self.id));
    expect(await using(backend, self.key)).toEqual(ended);
    expect(told(await keysBy(backend, key).rotate(self.id))).toEqual([200]);
  });

  stateful.each(fields)('403 for a key with more access in %s than a caller with %j', async (_field, narrow) => {
    const [narrowed, stronger] = [await holder(backend, narrow), await newKey(backend)];
    expect(told(await narrowed.rotate(stronger.id))).toEqual([403, 'insufficient_permissions', 'keyId']);
    expect(await using(backend, stronger.key)).toEqual([200]);
    expect((await traces(backend, stronger.id)).types).toEqual(['api_key.created']);
  });

  stateful('409 for a revoked key', async () => {
    const { id } = await newKey(backend);
    await revoke(id);
    expect(told(await rotate(id))).toEqual([409, 'resource_conflict', 'keyId']);
    expect((await traces(backend, id)).types).toEqual(['api_key.created', 'api_key.revoked']);
  });

  stateful('200 creates one event and one audit entry', async () => {
    const rotator = await holder(backend, {});
    const { id, lastFour: before } = await newKey(backend);
    const { data, response } = await rotator.rotate(id, 60);
    const { types, events, audit } = await traces(backend, id);
    expect(types).toEqual(['api_key.created', 'api_key.rotated']);
    expect(events[1]?.data).toMatchObject({ api_key: { id, last_four: data?.data.lastFour } });
    expect(audit).toHaveLength(2);
    const [rotated, created] = audit;
    const requestId = response.headers.get('X-Request-Id');
    expect(rotated).toMatchObject({ action: 'api_key.rotated', actor: { id: rotator.id }, requestId });
    expect(rotated?.before).toEqual(created?.after);
    expect(rotated?.before).toMatchObject({ lastFour: before });
    expect(rotated?.after).toEqual({ ...rotated?.before, lastFour: data?.data.lastFour });
  });

  test('200 for a retry with the same Idempotency-Key, with the same secret', async () => {
    const { id } = await newKey(backend);
    const once = keysBy(backend, keys.secretTest, { headers: { 'idempotency-key': randomUUID() } });
    const [first, second] = [await once.rotate(id), await once.rotate(id)];
    expect([first, second].map(({ response }) => response.headers.get('Idempotency-Replayed'))).toEqual([null, 'true']);
    expect(second.data).toEqual(first.data);
    expect(await using(backend, second.data?.data.key as string)).toEqual([200]);
  });

  test('409 idempotency_conflict for the same Idempotency-Key from another API key, without the secret', async () => {
    const { id } = await newKey(backend);
    const headers = { 'idempotency-key': randomUUID() };
    expect(told(await keysBy(backend, keys.secretTest, { headers }).rotate(id))).toEqual([200]);
    const weaker = await newKey(backend, { permissions: ['keys:write'] });
    const repetition = await keysBy(backend, weaker.key, { headers }).rotate(id);
    expect(told(repetition)).toEqual([409, 'idempotency_conflict', 'Idempotency-Key']);
  });

  stateful('200 for a key that rotates itself, and for a retry with its old secret during the overlap', async () => {
    const { id, key } = await newKey(backend);
    const headers = { 'idempotency-key': randomUUID() };
    const first = await got(keysBy(backend, key, { headers }).rotate(id, 60));
    expect(await got(keysBy(backend, key, { headers }).rotate(id, 60))).toEqual(first);
  });

  stateful('403 for an old secret that creates or rotates a key to outlive its overlap', async () => {
    const { id, key } = await newKey(backend);
    const { previousSecretExpiresAt } = await got(rotate(id, 60));
    const old = keysBy(backend, key);
    const refusal = [403, 'insufficient_permissions', 'expiresAt'];
    expect(told(await old.rotate(id))).toEqual(refusal);
    expect(told(await old.create({ name: 'Heir', permissions: [], expiresAt: null }))).toEqual(refusal);
    const made = await got(old.create({ name: 'Heir', permissions: [] }));
    expect(made.expiresAt).toBe(previousSecretExpiresAt);
  });

  stateful('200 for an old secret that renames its own key, which expires later than the secret', async () => {
    const { id, key } = await newKey(backend);
    await got(rotate(id, 60));
    expect((await got(keysBy(backend, key).change(id, { name: 'Renamed' }))).name).toBe('Renamed');
  });

  stateful('200 for parallel requests with one Idempotency-Key, and the key is rotated once', async () => {
    const { id } = await newKey(backend);
    const once = keysBy(backend, keys.secretTest, { headers: { 'idempotency-key': randomUUID() } });
    const rotated = await Promise.all(Array.from({ length: 5 }, () => got(once.rotate(id))));
    expect(new Set(rotated.map(({ key }) => key)).size).toBe(1);
    expect((await traces(backend, id)).types).toEqual(['api_key.created', 'api_key.rotated']);
  });

  stateful('200 for 20 parallel requests, and only the last secret works', async () => {
    const { id } = await newKey(backend);
    const answers = await Promise.all(Array.from({ length: 20 }, () => rotate(id)));
    expect(answers.map(told)).toEqual(Array(20).fill([200]));
    const secrets = answers.map(({ data }) => data?.data.key as string);
    expect(new Set(secrets).size).toBe(20);
    const outcomes = await Promise.all(secrets.map((key) => using(backend, key)));
    expect(outcomes.filter(([status]) => status !== 200)).toEqual(Array(19).fill(ended));
    const working = secrets[outcomes.findIndex(([status]) => status === 200)] as string;
    expect(working.slice(-4)).toBe((await got(get(id))).lastFour);
    const { types, audit } = await traces(backend, id);
    expect(types).toEqual(['api_key.created', ...Array(20).fill('api_key.rotated')]);
    const replaced = audit.map(({ before }) => before?.lastFour);
    const kept = audit.map(({ after }) => after?.lastFour).filter((lastFour) => !replaced.includes(lastFour));
    expect([audit.length, kept]).toEqual([21, [working.slice(-4)]]);
  });
});

describe('rotateApiKey with a fixed clock', () => {
  const start = Date.now();
  const dayMs = 86_400_000;
  let now: number;
  let store: OwnStore;
  let backend: Backend & { stop(): Promise<void> };
  beforeAll(async () => {
    store = await openOwnStore();
    backend = await serve(store, { clock: () => new Date(now) });
  });
  beforeEach(() => {
    now = start;
  });
  afterAll(async () => {
    await backend.stop();
    await store.close();
  });

  test('401 for the old secret exactly from the end of the overlap', async () => {
    const { rotate, get } = keysBy(backend);
    const { id, key: old } = await newKey(backend);
    const { key, previousSecretExpiresAt } = await got(rotate(id, weekSeconds));
    expect(previousSecretExpiresAt).toBe(inDays(7, start));
    now = start + 7 * dayMs - 1;
    expect(await using(backend, old)).toEqual([200]);
    expect(await got(get(id))).toMatchObject({ previousSecretExpiresAt });
    now = start + 7 * dayMs;
    expect(await using(backend, old)).toEqual(ended);
    expect(await got(get(id))).toMatchObject({ previousSecretExpiresAt: null, status: 'active' });
    expect(await using(backend, key)).toEqual([200]);
  });

  test.each([
    ['sooner', 3600, 3600],
    ['later', weekSeconds, 5 * 24 * 3600],
  ])(
    '401 for the first secret no later than its first deadline, if the second overlap ends %s',
    async (_, overlap, firstEnds) => {
      const { rotate } = keysBy(backend);
      const { id, key: first } = await newKey(backend);
      const { key: second } = await got(rotate(id, 5 * 24 * 3600));
      const { key: third, previousSecretExpiresAt } = await got(rotate(id, overlap));
      expect(Date.parse(previousSecretExpiresAt as string)).toBe(start + overlap * 1000);
      const all = () => Promise.all([first, second, third].map(async (key) => (await using(backend, key))[0]));
      now = start + firstEnds * 1000 - 1;
      expect(await all()).toEqual([200, 200, 200]);
      now = start + firstEnds * 1000;
      expect(await all()).toEqual([401, firstEnds === overlap ? 401 : 200, 200]);
      now = start + overlap * 1000;
      expect(await all()).toEqual([401, 401, 200]);
    },
  );

  test('200 with rotationAdvised from the 90th day of a secret until its rotation', async () => {
    const { id, key: old } = await newKey(backend);
    const advice = async (key: string) => {
      const { status, headers } = await send(backend, '/api/v1/auth/whoami', { key });
      const listed = await got(keysBy(backend, key).list({ pageSize: 100 }));
      const age = headers.get('X-Key-Age-Days');
      return { status, age, rotationAdvised: listed.find((one) => one.id === id)?.rotationAdvised };
    };
    now = start + 90 * dayMs - 1;
    expect(await advice(old)).toEqual({ status: 200, age: null, rotationAdvised: false });
    now = start + 90 * dayMs;
    expect(await advice(old)).toEqual({ status: 200, age: '90', rotationAdvised: true });
    const { key, secretCreatedAt, createdAt } = await got(keysBy(backend, old).rotate(id, weekSeconds));
    expect([secretCreatedAt, createdAt]).toEqual([inDays(90, start), inDays(0, start)]);
    expect(await advice(key)).toEqual({ status: 200, age: null, rotationAdvised: false });
    expect(await advice(old)).toEqual({ status: 200, age: '90', rotationAdvised: false });
  });
});
