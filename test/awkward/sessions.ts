// Operations for callers with a session, on the awkward contract.
import { describe, expect, test } from 'vitest';
import type { Session } from '../../src/http/sessions.ts';
import { newUuid } from '../../src/storage/ids.ts';
import { judgedFetch } from './judged.ts';
import type { Running } from './start.ts';

export function sessionTests(of: () => Running): void {
  type Where = 'server' | 'mock';
  const both: Where[] = ['server', 'mock'];
  const profile = '/api/internal/profile';
  const conversations = '/api/widget/acme/conversations';

  /** Adds a session and returns its token. The token starts with the scheme. */
  function newSession(scheme: 'session' | 'customerSession', more: Partial<Session> = {}): string {
    const token = `${scheme}.${newUuid(new Date())}`;
    of().sessions.set(token, {
      sessionId: token,
      subjectId: newUuid(new Date()),
      teamId: of().team.id,
      environment: 'test',
      permissions: ['tickets:read', 'tickets:write'],
      isActive: true,
      isSubjectActive: true,
      expiresAt: new Date(Date.now() + 60_000),
      ...more,
    });
    return token;
  }

  const ask = (
    where: Where,
    path: string,
    token: string,
    init: RequestInit & { headers?: Record<string, string> } = {},
  ) =>
    judgedFetch(of()[where].url + path, {
      ...init,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        'content-type': 'application/json',
        ...init.headers,
      },
    });
  const codeOf = async (response: Response) => (await response.json()).error?.code;

  describe.each(both)('a session on the %s', (where) => {
    test('identifies the user, who sees secret fields', async () => {
      const token = newSession('session');
      const response = await ask(where, profile, token);
      expect(response.status).toBe(200);
      expect((await response.json()).data.secretNote).toBeDefined();
      expect(response.headers.get('X-RateLimit-Limit')).not.toBeNull();
    });

    test('of a customer hides secret fields', async () => {
      const response = await ask(where, conversations, newSession('customerSession'), {
        method: 'POST',
        body: '{"count":1}',
      });
      expect(response.status).toBe(201);
      expect((await response.json()).data.secretNote).toBeUndefined();
    });

    test.each<[string, () => string, number, string]>([
      ['no token', () => '', 401, 'authentication_required'],
      ['an unknown token', () => 'session.unknown', 401, 'invalid_session'],
      ['an API key', () => of().team.keys.secretTest, 401, 'invalid_session'],
      ['a session of the other kind', () => newSession('customerSession'), 401, 'invalid_session'],
      ['an ended session', () => newSession('session', { isActive: false }), 401, 'invalid_session'],
      ['an expired session', () => newSession('session', { expiresAt: new Date() }), 401, 'session_expired'],
      ['a deactivated user', () => newSession('session', { isSubjectActive: false }), 403, 'account_restricted'],
      [
        'a role without the permission',
        () => newSession('session', { permissions: [] }),
        403,
        'insufficient_permissions',
      ],
    ])('is rejected for %s', async (_name, token, status, code) => {
      const response = await ask(where, profile, token());
      expect([response.status, await codeOf(response)]).toEqual([status, code]);
      if (status === 401) expect(response.headers.get('WWW-Authenticate')).toMatch(/^Bearer /);
    });

    test('does not work on an operation for API keys', async () => {
      const response = await ask(where, `/api/v1/teams/${of().team.id}/things`, newSession('session'));
      expect([response.status, await codeOf(response)]).toEqual([401, 'invalid_key_format']);
    });

    test('makes writes idempotent, for each user separately', async () => {
      const write = (token: string, count = 1) =>
        ask(where, profile, token, {
          method: 'PATCH',
          body: JSON.stringify({ count }),
          headers: { 'idempotency-key': `profile-${where}` },
        });
      const [one, other] = [newSession('session'), newSession('session')];
      const before = of().world.updates;
      const [first, again, ofOther, changed] = [
        await write(one),
        await write(one),
        await write(other),
        await write(one, 2),
      ];
      expect([first, again, ofOther].map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(again.headers.get('Idempotency-Replayed')).toBe('true');
      expect(ofOther.headers.get('Idempotency-Replayed')).toBeNull();
      expect(changed.status).toBe(409);
      if (where === 'server') expect(of().world.updates - before).toBe(2);
    });
  });
}
