// Authentication, authorization and rate limits.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Key } from '../../src/http/keyring.ts';
import { mockKeys } from '../../src/mock/keyring.ts';
import {
  backends,
  keys,
  limited,
  limitedBackends,
  open,
  proxied,
  proxiedBackends,
  send,
  team,
  throughProxy,
} from '../support/client.ts';
import { written } from '../support/table.ts';
import { startFront } from './ownFront.ts';
import { sendRaw } from './raw.ts';
import { entryOf, exampleContent, goodRequest, sendDraft, urlOf, withHeaders, withKey } from './requests.ts';

const whoami = '/api/v1/auth/whoami';
const articles = `/api/library/${team.slug}/articles`;
const errorOf = async (response: Response) => ((await response.json()) as { error: Record<string, unknown> }).error;
const codeOf = async (response: Response) => (await errorOf(response)).code;
const remaining = (response: Response) => response.headers.get('X-RateLimit-Remaining');
const keyed = written.filter(({ security }) => security.length > 0);
const needsPermission = keyed.filter(({ security }) => security.every(({ permissions }) => permissions.length > 0));

describe.each(backends)('keys on $name', (backend) => {
  test.each(['bearer', 'BEARER', 'Bearer '])('200 for the authentication scheme %s', async (scheme) => {
    const headers = { authorization: `${scheme} ${keys.secretTest}` };
    expect((await send(backend, whoami, { key: '', headers })).status).toBe(200);
  });

  test('401 authentication_required for two Authorization headers, even with the same key', async () => {
    const header: [string, string] = ['Authorization', `Bearer ${keys.secretTest}`];
    const { status, body } = await sendRaw(backend, { path: whoami, headers: [header, header] });
    expect([status, body.error.code]).toEqual([401, 'authentication_required']);
    expect(body.error.message).toBe('Missing or invalid Authorization header. Expected: Bearer <api_key>');
  });

  test('200 for the team ID in upper case', async () => {
    expect((await send(backend, `/api/v1/teams/${team.id.toUpperCase()}/tickets`)).status).toBe(200);
  });

  test.each(['live', 'test'] as const)(
    '403 publishable_key_write names the %s keys to a key of this environment',
    async (name) => {
      const key = name === 'live' ? keys.publishableLive : keys.publishableTest;
      const init = { method: 'POST', key, headers: { 'content-type': 'application/json' }, body: '{"title":"x"}' };
      const response = await send(backend, `/api/v1/teams/${team.id}/tickets`, init);
      expect(response.status).toBe(403);
      expect(await errorOf(response)).toMatchObject({
        type: 'authentication_error',
        code: 'publishable_key_write',
        message: `Publishable keys (pk_${name}_) are read-only. Use a secret key (sk_${name}_) for write operations`,
      });
    },
  );

  test('403 insufficient_permissions names the missing permission', async () => {
    const response = await send(backend, `/api/v1/teams/${team.id}/tickets`, {
      method: 'POST',
      key: keys.ticketsReadOnly,
      headers: { 'content-type': 'application/json' },
      body: '{"title":"x"}',
    });
    expect(response.status).toBe(403);
    expect((await errorOf(response)).message).toContain('tickets:write');
  });

  test.each(['application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'Application/JSON'])(
    '201 for the media type %s',
    async (type) => {
      const init = { method: 'POST', headers: { 'content-type': type }, body: '{"title":"Typed"}' };
      expect((await send(backend, `/api/v1/teams/${team.id}/tickets`, init)).status).toBe(201);
    },
  );
});

describe.each(backends)('the team in the path on $name', (backend) => {
  const unheardOf = 'ffffffff-ffff-4fff-8fff-ffffffffffff';
  const [{ keys: ownKeys }, other] = open.demo.teams;
  const working = ['secretLive', 'secretTest', 'publishableLive', 'publishableTest', 'ticketsReadOnly'] as const;
  const denied = [403, 'team_access_denied'];
  const ask = async (teamId: string, key: string, method = 'GET') => {
    const response = await send(backend, `/api/v1/teams/${teamId}/tickets`, { method, key });
    return [response.status, await codeOf(response)];
  };

  test.each(working)('403 for the UUID of another team and for a malformed team ID, with %s', async (name) => {
    for (const teamId of [other.id, other.id.toUpperCase(), unheardOf, 'not-a-uuid', 'acme', '0', '%20'])
      for (const method of ['GET', 'POST']) expect(await ask(teamId, ownKeys[name], method)).toEqual(denied);
  });

  test.each(['not-a-uuid', `${team.id}0`, team.slug])('no key belongs to the team %s', async (teamId) => {
    const anyKey = `sk_${'test'}_${'0'.repeat(32)}`;
    expect(await ask(teamId, anyKey)).toEqual(backend.name === 'mock' ? denied : [401, 'invalid_api_key']);
  });
});

describe('a key without any permission', () => {
  let front: Awaited<ReturnType<typeof startFront>>;
  beforeAll(async () => {
    front = await startFront({
      backend: ({ operation }, finish) =>
        finish({
          status: operation.successStatus,
          content: exampleContent(entryOf(operation.operationId)),
        }),
      keyring: {
        async find() {
          return { ...(await mockKeys(open.demo).find(keys.secretTest, { teamId: team.id })), permissions: [] } as Key;
        },
      },
    });
  });
  afterAll(() => front.stop());

  test.each(needsPermission)('403 insufficient_permissions on $operationId', async (operation) => {
    const response = await sendDraft(front, goodRequest(operation));
    expect([response.status, await codeOf(response)]).toEqual([403, 'insufficient_permissions']);
  });

  test('200 from getIdentity, which requires no permission', async () => {
    expect((await send(front, whoami)).status).toBe(200);
  });
});

describe.each(limitedBackends)('a rate limit of one request on $name', (backend) => {
  const [{ keys }, { id: otherTeamId }] = limited.demo.teams;

  test.each(written.filter(({ isProbe }) => !isProbe))('429 on $operationId', async (operation) => {
    const good = goodRequest(operation);
    const draft = operation.security.length > 0 ? withKey(good, keys.secretTest) : good;
    await sendDraft(backend, draft);
    const response = await sendDraft(backend, draft);
    expect(response.status).toBe(429);
    const { code, retryAfter } = await errorOf(response);
    const seconds = Number(response.headers.get('Retry-After'));
    expect([code, retryAfter]).toEqual(['rate_limit_exceeded', seconds]);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(3600);
    expect(['Limit', 'Remaining', 'Window'].map((name) => response.headers.get(`X-RateLimit-${name}`))).toEqual([
      '1',
      '0',
      '3600',
    ]);
  });

  test('429 instead of 403 for another team, a write or a missing permission, if the limit is used up', async () => {
    for (const key of [keys.publishableLive, keys.ticketsReadOnly]) {
      const init = { method: 'DELETE', key };
      await send(backend, whoami, { key });
      const response = await send(backend, `/api/v1/teams/${otherTeamId}/tickets/tkt_000000000001`, init);
      expect([response.status, await codeOf(response)]).toEqual([429, 'rate_limit_exceeded']);
    }
  });

  test.each([articles, whoami])('429 for every value of X-Forwarded-For on %s', async (path) => {
    const init = { key: '', headers: { 'x-forwarded-for': '192.0.2.77' } };
    await send(backend, path, { key: '' });
    const response = await send(backend, path, init);
    expect([response.status, await codeOf(response)]).toEqual([429, 'rate_limit_exceeded']);
  });

  test.each(['/healthz', '/readyz'])('200 for repeated requests to %s', async (path) => {
    for (let i = 0; i < 5; i++) expect((await send(backend, path, { key: '' })).status).toBe(200);
  });
});

describe.each(proxiedBackends)('rate limits of two requests on $name', (backend) => {
  const [{ keys }, other] = proxied.demo.teams;

  test('429 after two requests with one key, including failed ones; another key has its own limit', async () => {
    const ask = (path: string, key = keys.publishableTest) => send(backend, path, { key, headers: throughProxy() });
    const unknown = await ask(`${whoami}?colour=red`);
    expect([unknown.status, remaining(unknown)]).toEqual([400, '1']);
    const foreign = await ask(`/api/v1/teams/${other.id}/tickets`);
    expect([foreign.status, remaining(foreign)]).toEqual([403, '0']);
    expect((await ask(whoami)).status).toBe(429);
    const fresh = await ask(whoami, keys.publishableLive);
    expect([fresh.status, remaining(fresh)]).toEqual([200, '1']);
  });

  test('429 for failing requests only: a valid key from the same address is accepted', async () => {
    const headers = throughProxy('192.0.2.2');
    const fail = (key: string) => send(backend, whoami, { key, headers });
    const first = await fail('');
    expect([first.status, remaining(first)]).toEqual([401, null]);
    expect((await fail(keys.revoked)).status).toBe(401);
    const refused = await fail(keys.expired);
    expect([refused.status, await codeOf(refused)]).toEqual([429, 'rate_limit_exceeded']);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect((await send(backend, whoami, { key: keys.secretTest, headers })).status).toBe(200);
    expect((await send(backend, articles, { key: '', headers })).status).toBe(200);
  });

  test('403 and then 429 for a key that is restricted to other pages, without a charge to the key', async () => {
    const ask = (referer: string) =>
      send(backend, whoami, { key: keys.restrictedByReferrer, headers: { ...throughProxy('192.0.2.5'), referer } });
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await ask('https://elsewhere.example/'));
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 429]);
    const admitted = await ask('https://shop.example/');
    expect([admitted.status, remaining(admitted)]).toEqual([200, '999999']);
  });

  test.each([
    ['192.0.2.6', 200],
    ['::ffff:192.0.2.7', 200],
    ['203.0.113.6', 403],
    ['2001:db8:7::6', 403],
    ['no address', 403],
  ])('a key for 192.0.2.0/24 used from %s: %i', async (address, status) => {
    const response = await send(backend, whoami, { key: keys.restrictedByAddress, headers: throughProxy(address) });
    expect(response.status).toBe(status);
  });

  test('403 for every X-Forwarded-For entry before the trusted proxy', async () => {
    const headers = throughProxy('192.0.2.6, 203.0.113.7');
    expect((await send(backend, whoami, { key: keys.restrictedByAddress, headers })).status).toBe(403);
  });

  test('429 after two open requests from one address; another address has its own limit, a forged entry does not', async () => {
    const ask = (address: string) => send(backend, articles, { key: '', headers: throughProxy(address) });
    const statuses = [];
    for (const address of ['192.0.2.3', '192.0.2.3', '192.0.2.3', '203.0.113.9, 192.0.2.3', '192.0.2.4'])
      statuses.push((await ask(address)).status);
    expect(statuses).toEqual([200, 200, 429, 429, 200]);
  });

  test('429 for an address in the same IPv6 /64', async () => {
    const ask = (address: string) => send(backend, articles, { key: '', headers: throughProxy(address) });
    const statuses = [];
    for (const address of ['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8:0:1::1'])
      statuses.push((await ask(address)).status);
    expect(statuses).toEqual([200, 200, 429, 200]);
  });

  // Concurrent, because each request takes as long as the server waits for a body.
  test.concurrent.each(written.filter(({ body }) => body !== null))(
    '408 on $operationId for a body that does not arrive',
    async (operation) => {
      const draft = withHeaders(withKey(goodRequest(operation), keys.secretTest), throughProxy());
      const { status, headers, body } = await sendRaw(backend, {
        method: draft.method,
        path: urlOf(draft),
        headers: [...Object.entries(draft.headers), ['Content-Length', '100']],
        unfinishedBody: '{"title":',
      });
      expect([status, body.error.code, headers.get('Connection')]).toEqual([408, 'request_timeout', 'close']);
    },
  );
});
