// The checks before authentication: paths, methods, preflights, HTTPS and versions.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend } from '../../src/http/answer.ts';
import { backends, keys, proxied, proxiedBackends, send, throughProxy } from '../support/client.ts';
import { inJson, written } from '../support/table.ts';
import { startFront } from './ownFront.ts';
import { goodRequest, sendDraft, urlOf, withHeaders, withKey } from './requests.ts';

const paths = [...Map.groupBy(written, ({ path }) => path)].map(([template, operations]) => ({
  template,
  path: urlOf(goodRequest(operations[0] as (typeof operations)[number])), // a group has at least one entry
  methods: operations.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])),
}));
const reads = inJson.filter(({ method }) => method === 'GET');
const codeOf = async (response: Response) => ((await response.json()) as { error: { code: string } }).error.code;

/** Without the headers of the connection. */
const namesOf = ({ headers }: Response) =>
  [...headers.keys()].filter((name) => !/^(connection|keep-alive)$/.test(name));

describe.each(backends)('paths and methods on $name', (backend) => {
  test.each([
    '/',
    '/api',
    '/api/v1/nothing',
    '//api/v1/auth/whoami',
    '/api/v2/auth/whoami',
    '/api/v1/auth/WhoAmI',
    ...paths.flatMap(({ path }) => [`${path}/`, `${path}%E0%A4%A`, path.replace(/\w/, (start) => start.toUpperCase())]),
  ])('404 route_not_found for %s', async (path) => {
    const response = await send(backend, path);
    expect([response.status, await codeOf(response)]).toEqual([404, 'route_not_found']);
  });

  describe.each(paths)('$template', ({ path, methods }) => {
    const others = ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS'].filter((one) => !methods.includes(one));

    test.each(others)('405 method_not_allowed for %s lists the allowed methods', async (method) => {
      const response = await send(backend, path, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('Allow')?.split(', ').sort()).toEqual(methods.toSorted());
      if (method !== 'HEAD') expect(await codeOf(response)).toBe('method_not_allowed'); // it has no body
    });

    test('204 for a preflight, without a key', async () => {
      const headers = { origin: 'https://shop.example', 'access-control-request-method': 'GET' };
      const response = await send(backend, path, { method: 'OPTIONS', key: '', headers });
      expect([response.status, await response.text()]).toEqual([204, '']);
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
      expect(response.headers.get('Access-Control-Allow-Credentials')).toBeNull();
      for (const method of methods) expect(response.headers.get('Access-Control-Allow-Methods')).toContain(method);
      for (const name of ['Authorization', 'Content-Type', 'CStar-Version'])
        expect(response.headers.get('Access-Control-Allow-Headers')).toContain(name);
    });
  });

  test.each(reads)('200 for HEAD of $operationId has the headers of GET and no body', async (operation) => {
    const good = withHeaders(goodRequest(operation), { 'accept-encoding': 'identity' }); // a compressed response has no length
    const get = await sendDraft(backend, good);
    const head = await sendDraft(backend, { ...good, method: 'HEAD' });
    expect([get.status, head.status, await head.text()]).toEqual([200, 200, '']);
    expect(namesOf(head)).toEqual(namesOf(get));
    expect(Number(head.headers.get('Content-Length'))).toBeGreaterThan(0);
  });

  test.each(reads)('200 for $operationId echoes a version that exists', async (operation) => {
    const response = await sendDraft(backend, withHeaders(goodRequest(operation), { 'cstar-version': '2026-03-01' }));
    expect([response.status, response.headers.get('CStar-Version')]).toEqual([200, '2026-03-01']);
  });
});

describe.each(proxiedBackends)('https on $name', (backend) => {
  const [{ keys }] = proxied.demo.teams;

  describe.each(written.filter(({ isProbe }) => !isProbe))('$operationId', (operation) => {
    const good = () => withKey(goodRequest(operation), keys.secretTest);

    test.each<Record<string, string>>([{}, { 'x-forwarded-proto': 'http' }])(
      '403 https_required with %j, before all later checks',
      async (headers) => {
        const response = await sendDraft(backend, withHeaders(good(), { ...headers, 'cstar-version': 'none' }));
        expect([response.status, await codeOf(response)]).toEqual([403, 'https_required']);
        expect(response.headers.get('Location')).toBeNull();
      },
    );

    test('400 for the next fault if the trusted proxy reports https', async () => {
      const response = await sendDraft(backend, withHeaders(good(), { ...throughProxy(), 'cstar-version': 'none' }));
      expect([response.status, await codeOf(response)]).toEqual([400, 'unsupported_version']);
    });
  });

  test.each(written.filter(({ isProbe }) => isProbe))('200 for $operationId without https', async (operation) => {
    expect((await sendDraft(backend, goodRequest(operation))).status).toBe(200);
  });
});

describe('https without a trusted proxy', () => {
  let front: Awaited<ReturnType<typeof startFront>>;
  const unused: Backend = async () => {
    throw new Error('no request gets so far');
  };
  beforeAll(async () => {
    front = await startFront({ publicUrl: 'https://api.example.test', backend: unused });
  });
  afterAll(() => front.stop());

  test('403 https_required for every value of X-Forwarded-Proto', async () => {
    const response = await send(front, '/api/v1/auth/whoami', { key: keys.secretTest, headers: throughProxy() });
    expect([response.status, await codeOf(response)]).toEqual([403, 'https_required']);
  });
});
