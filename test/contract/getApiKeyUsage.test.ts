import { describe, expect, test } from 'vitest';
import { type Backend, backends, clientOf, keys, otherTeam, send, team } from '../support/client.ts';
import { missingKey, newKey, using } from './apiKeys.ts';
import { foreignUuid } from './demo.ts';
import { only } from './only.ts';

const apiKeyUsage = '/api/v1/teams/{teamId}/api-keys/{keyId}/usage';
type Span = { from?: string; to?: string };
const ask = (backend: Backend, keyId: string, query: Span = {}, key?: string) =>
  clientOf(backend, key).GET(apiKeyUsage, { params: { path: { teamId: team.id, keyId }, query } });
const none = { requests: 0, clientErrors: 0, rateLimited: 0, serverErrors: 0, hours: [] };

describe.each(backends)('getApiKeyUsage on $name', (backend) => {
  const lookingUp = only(backend, 'looks data up');

  test('200 returns the hours of the period, by either spelling of the ID', async () => {
    const made = await newKey(backend);
    for (const keyId of [made.id, made.uuid, made.uuid.toUpperCase()]) {
      const { data, response } = await ask(backend, keyId);
      expect(response.status).toBe(200);
      const { from, to, hours, requests } = (data as NonNullable<typeof data>).data;
      expect(from < to).toBe(true);
      expect(requests).toBe(hours.reduce((sum, hour) => sum + hour.requests, 0));
      expect(data?.meta.requestId).toBe(response.headers.get('X-Request-Id'));
    }
  });

  lookingUp.each<[string, Span, Span]>([
    [
      'whole hours, around what was asked for',
      { from: '2026-03-30T10:59:59.999Z', to: '2026-03-30T12:00:00.001Z' },
      { from: '2026-03-30T10:00:00.000Z', to: '2026-03-30T13:00:00.000Z' },
    ],
    [
      'whole hours as they are',
      { from: '2026-03-30T10:00:00Z', to: '2026-03-30T12:00:00Z' },
      { from: '2026-03-30T10:00:00.000Z', to: '2026-03-30T12:00:00.000Z' },
    ],
    [
      'an empty period',
      { from: '2026-03-30T10:00:00Z', to: '2026-03-30T10:00:00Z' },
      { from: '2026-03-30T10:00:00.000Z', to: '2026-03-30T10:00:00.000Z' },
    ],
    [
      'a missing start as 24 hours before the end',
      { to: '2026-03-30T12:00:00Z' },
      { from: '2026-03-29T12:00:00.000Z', to: '2026-03-30T12:00:00.000Z' },
    ],
    [
      'seven days',
      { from: '2026-03-23T12:30:00Z', to: '2026-03-30T12:30:00Z' },
      { from: '2026-03-23T12:00:00.000Z', to: '2026-03-30T13:00:00.000Z' },
    ],
    [
      'a time with an offset, converted to UTC',
      { from: '2026-03-30T12:00:00+02:00', to: '2026-03-30T12:00:00Z' },
      { from: '2026-03-30T10:00:00.000Z', to: '2026-03-30T12:00:00.000Z' },
    ],
  ])('200 accepts %s', async (_, asked, span) => {
    const { id } = await newKey(backend);
    const { data, response } = await ask(backend, id, asked);
    expect(response.status).toBe(200);
    expect(data?.data).toEqual({ ...none, ...span });
  });

  lookingUp('200 defaults to the last 24 hours, including the current hour', async () => {
    const { id, createdAt } = await newKey(backend);
    const { data } = await ask(backend, id);
    const { from, to } = (data as NonNullable<typeof data>).data;
    expect((Date.parse(to) - Date.parse(from)) / 3_600_000).toBe(25); // the first and the last hour are included in full
    expect(createdAt < to && from < createdAt).toBe(true);
  });

  lookingUp('200 with no hours for a key that was never used', async () => {
    const made = await newKey(backend);
    await using(backend, keys.secretTest); // another key
    expect((await ask(backend, made.id)).data?.data).toMatchObject(none);
  });

  lookingUp.each<[string, Span]>([
    ['from', { from: '2026-03-23T12:00:00.000Z', to: '2026-03-30T12:00:00.001Z' }],
    ['from', { from: '2026-03-30T12:00:00.001Z', to: '2026-03-30T12:00:00.000Z' }],
    ['from', { from: '2999-01-01T00:00:00Z' }],
    ['from', { from: '2000-01-01T00:00:00Z' }],
    ['from', { from: '0000-01-01T00:00:00Z', to: '2026-03-30T12:00:00Z' }],
    ['to', { to: '0000-01-01T00:00:00Z' }],
    ['to', { to: '9999-12-31T23:30:00Z' }],
    ['to', { to: '2016-12-31T23:59:60Z' }], // a leap second, which JavaScript does not support
  ])('400 names %s for the period %j', async (param, span) => {
    const { id } = await newKey(backend);
    const { error, response } = await ask(backend, id, span);
    expect(response.status).toBe(400);
    expect(error?.error).toMatchObject({ code: 'parameter_invalid', param });
  });

  test.each([
    ['parameter_invalid', 'from', 'from=yesterday'],
    ['parameter_invalid', 'to', 'to=2026-02-30T00:00:00Z'],
    ['parameter_invalid', 'to', 'to=2026-03-30'],
    ['parameter_unknown', 'hours', 'hours=24'],
  ])('400 %s names %s for %s', async (code, param, query) => {
    const response = await send(backend, `/api/v1/teams/${team.id}/api-keys/${missingKey}/usage?${query}`);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: object }).error).toMatchObject({ code, param });
  });

  lookingUp('404 for a key that does not exist, of the other environment or of another team', async () => {
    const { id } = await newKey(backend);
    for (const [keyId, key] of [
      [missingKey, keys.secretTest],
      [foreignUuid, keys.secretTest],
      [id, keys.secretLive],
    ] as const) {
      const { error, response } = await ask(backend, keyId, {}, key);
      expect(response.status).toBe(404);
      expect(error?.error).toMatchObject({ code: 'resource_missing', param: 'keyId' });
    }
    const path = { teamId: otherTeam.id, keyId: id };
    const foreign = await clientOf(backend, otherTeam.keys.secretTest).GET(apiKeyUsage, { params: { path } });
    expect(foreign.response.status).toBe(404);
  });

  test.each(['publishableTest', 'ticketsReadOnly'] as const)('403 for the key %s', async (name) => {
    const { error, response } = await ask(backend, missingKey, {}, keys[name]);
    expect([response.status, error?.error.code]).toEqual([403, 'insufficient_permissions']);
  });
});
