// The pages under /developers/api: the errors page that every `doc_url` links to, the contract, and the reference,
// built and not built.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errors } from '../../generated/errors.ts';
import { errorsPage } from '../../src/web/developers/errorsPage.ts';
import { developerPages } from '../../src/web/developers/pages.ts';
import { backends, send, team } from '../support/client.ts';
import { contract } from '../support/judge.ts';

const html = 'text/html; charset=utf-8';
type Received = { status: number | undefined; headers: IncomingHttpHeaders; bytes: Buffer };

/**
 * Not with fetch, which decodes the Content-Encoding and adds `Cache-Control: no-cache` to a conditional request (Fetch
 * standard, 4.5).
 */
const received = (url: string, headers: Record<string, string>, method: string): Promise<Received> =>
  new Promise((resolve, reject) => {
    request(url, { headers, method }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk) => chunks.push(chunk));
      res.once('end', () => resolve({ status: res.statusCode, headers: res.headers, bytes: Buffer.concat(chunks) }));
    })
      .once('error', reject)
      .end();
  });

function decoded({ headers, bytes }: Received): Buffer {
  if (headers['content-encoding'] === 'br') return brotliDecompressSync(bytes);
  return headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
}
const anchorsOf = (page: string) => [...page.matchAll(/<section id="([^"]*)"/g)].map(([, id]) => id);

describe.each(backends)('the pages on $name', (backend) => {
  const getAs = (path: string, headers: Record<string, string>, method = 'GET') =>
    received(`${backend.url}/developers/api${path}`, headers, method);
  const get = (path: string, init?: RequestInit) => fetch(`${backend.url}/developers/api${path}`, init);

  test('the errors page has a section for every code, in the order of the registry', async () => {
    const response = await get('/errors');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(html);
    expect(anchorsOf(await response.text())).toEqual(Object.keys(errors));
  });

  test('the doc_url of every error example in the contract links to a section', async () => {
    const urls = Object.values<any>(contract.components.responses)
      .flatMap((response) => Object.values<any>(response.content['application/json'].examples))
      .map(({ value }) => new URL(value.error.doc_url));
    expect(urls.length).toBeGreaterThan(20);
    for (const pathname of new Set(urls.map((url) => url.pathname))) {
      const anchors = anchorsOf(await (await fetch(backend.url + pathname)).text());
      const wanted = urls.filter((url) => url.pathname === pathname).map(({ hash }) => hash.slice(1));
      expect(anchors).toEqual(expect.arrayContaining(wanted));
    }
  });

  test('the doc_url of an error response links to its section', async () => {
    const { error } = await (await send(backend, `/api/v1/teams/${team.id}/tickets`, { key: '' })).json();
    const page = await fetch(error.doc_url);
    expect(page.status).toBe(200);
    expect(anchorsOf(await page.text())).toContain(new URL(error.doc_url).hash.slice(1));
  });

  test('the contract is available to pages of every origin', async () => {
    const response = await get('/openapi.json');
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    const { servers, ...rest } = await response.json();
    expect({ servers: servers.slice(1), ...rest }).toEqual(contract); // the first one is tested below
  });

  test('the contract lists this server first, then production, the local server and the mock', async () => {
    const { servers } = await (await get('/openapi.json')).json();
    expect(servers.map(({ url }: { url: string }) => url)).toEqual([
      backend.url,
      'https://www.cstar.help',
      'http://127.0.0.1:3000',
      'http://127.0.0.1:4010',
    ]);
    for (const { description } of servers) expect(description).toMatch(/^\S/);
  });

  describe.each(['/errors', '/openapi.json', '/nothing'])('%s', (path) => {
    test.each([
      ['identity', undefined],
      ['gzip', 'gzip'],
      ['gzip, deflate, br, zstd', 'br'],
      ['br;q=0, *', 'gzip'],
      ['gzip;q=0', undefined],
    ])('with Accept-Encoding: %s has the encoding %s and the same text', async (accepted, expected) => {
      const plain = await getAs(path, { 'accept-encoding': 'identity' });
      const asked = await getAs(path, { 'accept-encoding': accepted });
      expect(asked.headers['content-encoding']).toBe(expected);
      expect(asked.headers.vary).toBe('Accept-Encoding');
      expect(Number(asked.headers['content-length'])).toBe(asked.bytes.length);
      expect(decoded(asked).equals(plain.bytes)).toBe(true);
      if (expected) expect(asked.bytes.length).toBeLessThan(plain.bytes.length / 2);
    });

    test('HEAD returns the headers of GET', async () => {
      const headers = { 'accept-encoding': 'br' };
      const [got, head] = [await getAs(path, headers), await getAs(path, headers, 'HEAD')];
      expect(head.bytes).toHaveLength(0);
      for (const name of ['content-length', 'content-encoding', 'etag', 'vary', 'content-type', 'cache-control'])
        expect(head.headers[name], name).toBe(got.headers[name]);
    });
  });

  test.each(['/errors', '/openapi.json'])(
    '304 for the encoding of %s that the browser has, and for no other',
    async (path) => {
      const tags = new Set<string>();
      for (const encoding of ['identity', 'gzip', 'br']) {
        const asked = { 'accept-encoding': encoding };
        const { headers } = await getAs(path, asked);
        const given = { ...asked, 'if-none-match': `"other", ${headers.etag}` };
        const again = await getAs(path, given);
        expect([again.status, again.bytes.length, again.headers.etag]).toEqual([304, 0, headers.etag]);
        expect(again.headers.vary).toBe('Accept-Encoding');
        expect((await getAs(path, { ...asked, 'if-none-match': '"other"' })).status).toBe(200);
        tags.add(headers.etag as string);
      }
      expect(tags.size).toBe(3); // different bytes have different tags
    },
  );

  test.each([['/nothing'], ['/errors/nothing'], ['/%'], ['/..%2f..%2fpackage.json']])('404 %s', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe(html);
  });

  test('404 for a method that no page supports', async () => {
    expect((await get('/errors', { method: 'POST' })).status).toBe(404);
  });

  test.each([['/errors'], ['/openapi.json'], ['/nothing']])('%s runs no script and cannot be framed', async (path) => {
    const { headers } = await get(path);
    const policy = headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('script-src');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('the reference', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cstar-docs-'));
  const file = join(folder, 'reference.html');
  let server: Server;
  let url: string;

  beforeAll(async () => {
    const pages = developerPages('http://localhost:3000', pathToFileURL(file));
    server = createServer(express().enable('strict routing').use('/developers/api', pages));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/developers/api`;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  test('503 states how to build it, and 200 follows once it is built', async () => {
    const missing = await fetch(url);
    expect(missing.status).toBe(503);
    expect(missing.headers.get('content-type')).toBe(html);
    const text = await missing.text();
    for (const part of ['npm run docs', 'href="/developers/api/errors"', 'href="/developers/api/openapi.json"'])
      expect(text).toContain(part);

    execFileSync(process.execPath, ['src/web/developers/build.ts', file], { stdio: 'pipe' });
    for (const path of ['', '/']) {
      const built = await fetch(url + path);
      expect(built.status).toBe(200);
      expect(built.headers.get('content-type')).toBe(html);
      const page = await built.text();
      for (const title of ['Quick start', 'Authentication', 'Errors', 'Mock']) expect(page).toContain(title);
      const policy = built.headers.get('content-security-policy');
      expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^']+' 'sha256-[^']+'; /);
      expect(policy).not.toMatch(/https?:|\*/);
    }
    const whole = Buffer.byteLength(await (await fetch(url)).text());
    for (const [encoding, share] of [
      ['gzip', 0.3],
      ['br', 0.25],
    ] as const) {
      const sent = await received(url, { 'accept-encoding': encoding }, 'GET');
      expect(sent.headers['content-encoding']).toBe(encoding);
      expect(sent.bytes.length).toBeLessThan(whole * share);
      const again = await received(
        url,
        { 'accept-encoding': encoding, 'if-none-match': sent.headers.etag as string },
        'GET',
      );
      expect(again.status).toBe(304);
    }
  });
});

describe('the errors page', () => {
  const hostile = '<script>alert("1")</script> & `a<b`';

  test('escapes HTML and marks code', () => {
    const page = errorsPage({
      some_code: { status: 400, type: 'api_error', title: hostile, message: hostile, cause: hostile, fix: hostile },
    });
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; <code>a&lt;b</code>');
  });

  test('contains every text of the registry', () => {
    const entry = { title: 'Title', message: 'Message', param: 'name', cause: 'Cause', fix: 'Fix' };
    const page = errorsPage({ some_code: { status: 429, type: 'rate_limit_error', ...entry } });
    for (const text of [...Object.values(entry), '429', 'rate_limit_error', '#some_code', '&quot;retryAfter&quot;: 30'])
      expect(page).toContain(text);
  });
});
