// The snippets of the source documents, unchanged except for host, key and team.
import { describe, expect, test } from 'vitest';
import { newKey } from '../contract/apiKeys.ts';
import { type Backend, backends, keys, send, team } from '../support/client.ts';
import { insist } from '../support/judge.ts';
import { fill, run, runners } from './curl.ts';

const samples = ({ url }: Backend): Record<string, string> => ({
  'https://www.cstar.help': url,
  YOUR_TEAM_ID: team.id,
  '{teamId}': team.id,
  sk_live_your_secret_key: keys.secretLive,
  sk_live_xxx: keys.secretLive,
});

const firstRequest = `
curl https://www.cstar.help/api/v1/teams/YOUR_TEAM_ID/tickets \\
-H "Authorization: Bearer sk_live_your_secret_key"`;

const secretKey = `
curl https://www.cstar.help/api/v1/teams/{teamId}/tickets \\
-H "Authorization: Bearer sk_live_your_secret_key" \\
-H "Content-Type: application/json"`;

const versioned = `
curl https://www.cstar.help/api/v1/teams/{teamId}/tickets \\
-H "Authorization: Bearer sk_live_xxx" \\
-H "CStar-Version: 2026-03-01"`;

const authenticated = `
const response = await fetch(
'https://www.cstar.help/api/v1/teams/{teamId}/tickets',
{
headers: {
'Authorization': 'Bearer sk_live_your_secret_key',
'Content-Type': 'application/json'
}
}
);
const { success, data, error } = await response.json();`;

const singleArticle = `
const article = await fetch('https://www.cstar.help/api/library/YOUR_TEAM/articles/how-to-reset-password');`;

const libraryEndpoints = [
  'GET /api/library/{team_slug_or_id}/articles',
  'GET /api/library/{team_slug_or_id}/articles/{slug}',
];

const exampleRequest = `
curl -X GET https://api.example.com/v1/users/usr_123 \\
-H "Authorization: Bearer sk_live_abc123xyz789"`;

/** The second document: its list of keys, and its response to a revocation. */
const accountKeys = 'GET /v1/api-keys';
const accountRevocation = 'DELETE /v1/api-keys/key_123';
const listedKey = {
  id: 'key_123',
  name: 'Production Key',
  prefix: 'sk_live_',
  created_at: '2025-01-01T00:00:00Z',
  last_used: '2025-01-15T10:30:00Z',
};
const keyRevoked = { success: true, message: 'API key revoked successfully' };

const authenticationRequired = {
  success: false,
  error: {
    type: 'authentication_error',
    code: 'authentication_required',
    message: 'Missing or invalid Authorization header. Expected: Bearer <api_key>',
    doc_url: 'https://cstar.help/developers/api/errors#authentication_required',
    request_id: 'req_a1B2c3D4e5F6',
  },
};

const publishableKeyWrite = {
  error: {
    type: 'authentication_error',
    code: 'publishable_key_write',
    message: 'Publishable keys (pk_live_) are read-only. Use a secret key (sk_live_) for write operations',
  },
};

/** Runs a snippet as the body of an async function and returns the variables that it declares. */
async function evaluate(snippet: string, ...names: string[]): Promise<any> {
  const AsyncFunction = (async () => {}).constructor as new (code: string) => () => Promise<any>;
  return new AsyncFunction(`${snippet}\nreturn { ${names.join(', ')} };`)();
}

describe.each(backends)('the snippets of the source documents on $name', (backend) => {
  const filled = (snippet: string) => fill(snippet.trim(), samples(backend));

  describe.each(runners)('with $tool', ({ run }) => {
    test.each([
      ['Make Your First Request', firstRequest],
      ['Secret Keys, with a Content-Type on a GET', secretKey],
      ['API Versioning', versioned],
    ])('200 %s', async (_title, snippet) => {
      const { status, headers, body } = await run(backend, filled(snippet));
      expect(status).toBe(200);
      expect(headers.get('CStar-Version')).toBe('2026-03-01');
      expect(body).toMatchObject({ success: true, meta: { requestId: headers.get('X-Request-Id') } });
      expect(body.data[0]).toMatchObject({ object: 'ticket' });
    });
  });

  test.each(runners)('200 the Example Request of the account API with $tool', async ({ run }) => {
    const me = await (await send(backend, '/api/v1/me', { key: keys.secretLive })).json();
    const snippet = fill(exampleRequest.trim(), {
      'https://api.example.com': backend.url,
      sk_live_abc123xyz789: keys.secretLive,
      usr_123: me.id,
    });
    const { status, body } = await run(backend, snippet);
    expect([status, body.data.object, body.data.uuid]).toEqual([200, 'user', me.id]);
    const again = await run(backend, fill(snippet, { [me.id]: body.data.id }));
    expect([again.status, again.body.data]).toEqual([200, body.data]);
  });

  test('200 Making Authenticated Requests', async () => {
    const { response, success, data, error } = await evaluate(filled(authenticated), 'response, success, data, error');
    expect(response.status).toBe(200);
    expect(success).toBe(true);
    expect(data[0]).toMatchObject({ object: 'ticket' });
    expect(error).toBeUndefined();
  });

  test.each([
    ['slug', team.slug],
    ['UUID', team.id],
  ])('200 Get a single article by slug, of a team by its %s', async (_kind, YOUR_TEAM) => {
    const { article } = await evaluate(fill(filled(singleArticle), { YOUR_TEAM }), 'article');
    expect(article.status).toBe(200);
    const body = await article.json();
    insist(backend.name, 'GET', article.url, article.status, article.headers, body);
    expect(body.data).toMatchObject({ object: 'article', slug: 'how-to-reset-password' });
    expect(body.data.content).toContain('# ');
  });

  test.each(
    libraryEndpoints.flatMap((endpoint) => [
      [endpoint, team.slug],
      [endpoint, team.id],
    ]) as [string, string][],
  )('200 %s of %s, without a key', async (endpoint, team_slug_or_id) => {
    const [method = '', path = ''] = fill(endpoint, {
      '{team_slug_or_id}': team_slug_or_id,
      '{slug}': 'how-to-reset-password',
    }).split(' ');
    const response = await send(backend, path, { method, key: '' });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ success: true });
  });

  describe.each(['/v1', '/api/v1'])('the account API under %s', (base) => {
    const call = async (snippet: string, key = keys.secretLive) => {
      const [method = '', path = ''] = fill(snippet, { '/v1': base }).split(' ');
      const response = await send(backend, path, { method, key });
      return { status: response.status, body: await response.json() };
    };

    test('200 Listing API Keys', async () => {
      const { status, body } = await call(accountKeys);
      expect(status).toBe(200);
      expect(Object.keys(body)).toEqual(['success', 'data']);
      for (const one of body.data) expect(Object.keys(one)).toEqual(Object.keys(listedKey));
      expect(body.data.map(({ prefix }: typeof listedKey) => prefix)).toContain(listedKey.prefix);
    });

    test('200 Revoking an API Key', async () => {
      const { id } = await newKey(backend, { environment: 'live' }, keys.secretLive);
      const { status, body } = await call(fill(accountRevocation, { key_123: id }));
      expect([status, body]).toEqual([200, keyRevoked]);
    });

    test('405 lists the methods of the path', async () => {
      const response = await send(backend, `${base}/api-keys`, { method: 'DELETE', key: keys.secretLive });
      expect([response.status, response.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
    });

    test.each(['Tickets', 'listKeys'] as const)('a key restricted to %s', async (endpoint) => {
      if (backend.name === 'mock') return;
      const { key } = await newKey(backend, { restrictions: { endpoints: [endpoint] } });
      expect((await call(accountKeys, key)).status).toBe(endpoint === 'listKeys' ? 200 : 403);
    });
  });

  test('401 equals the error in the quickstart', async () => {
    const { status, body } = await run(backend, `curl ${backend.url}/api/v1/teams/${team.id}/tickets`);
    expect(status).toBe(401);
    const { error } = authenticationRequired;
    expect(body).toEqual({
      ...authenticationRequired,
      error: {
        ...error,
        doc_url: error.doc_url.replace('https://cstar.help', backend.url),
        request_id: expect.stringMatching(/^req_[0-9A-Za-z]{12}$/),
      },
    });
  });

  test.each([
    ['pk_live_', 'sk_live_', keys.publishableLive],
    ['pk_test_', 'sk_test_', keys.publishableTest],
  ])('403 the error of a publishable key that writes, with its own %s', async (publishable, secret, key) => {
    const response = await send(backend, `/api/v1/teams/${team.id}/tickets`, {
      key,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"title":"Cannot log in"}',
    });
    expect(response.status).toBe(403);
    const { error } = publishableKeyWrite;
    const message = fill(error.message, { pk_live_: publishable, sk_live_: secret });
    expect(await response.json()).toMatchObject({ error: { ...error, message } });
  });
});
