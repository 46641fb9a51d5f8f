// An Idempotency-Key belongs to a team and environment. The same key in another one is a new key.
import { describe, expect, test } from 'vitest';
import { backends, otherTeam, send, team } from '../support/client.ts';

describe.each(backends)('the same Idempotency-Key on $name', (backend) => {
  const key = `tenancy-${crypto.randomUUID()}`;
  const post = (teamId: string, apiKey: string) =>
    send(backend, `/api/v1/teams/${teamId}/tickets`, {
      method: 'POST',
      key: apiKey,
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ title: 'Once per tenant' }),
    });

  test('identifies a retry in its own environment only', async () => {
    const own = await post(team.id, team.keys.secretTest);
    const again = await post(team.id, team.keys.secretTest);
    const elsewhere = [
      await post(team.id, team.keys.secretLive),
      await post(otherTeam.id, otherTeam.keys.secretTest),
      await post(otherTeam.id, otherTeam.keys.secretLive),
    ];
    expect(again.headers.get('Idempotency-Original-Request')).toBe(own.headers.get('X-Request-Id'));
    expect(await again.text()).toBe(await own.text());
    for (const response of elsewhere) {
      expect(response.status).toBe(201);
      expect(response.headers.has('Idempotency-Replayed')).toBe(false);
    }
  });
});
