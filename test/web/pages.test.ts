// The pages under /developers/api: what every `doc_url` leads to, the contract, the reference built and not built.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errors } from '../../generated/errors.ts';
import { errorsPage } from '../../src/web/developers/errorsPage.ts';
import { developerPages } from '../../src/web/developers/pages.ts';
import { backends, send, team } from '../support/client.ts';
import { contract } from '../support/judge.ts';

const html = 'text/html; charset=utf-8';
const anchorsOf = (page: string) => [...page.matchAll(/<section id="([^"]*)"/g)].map(([, id]) => id);

describe.each(backends)('the pages on $name', (backend) => {
  const get = (path: string, init?: RequestInit) => fetch(`${backend.url}/developers/api${path}`, init);

  test('the errors: every code has its section, in the order of the registry', async () => {
    const response = await get('/errors');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(html);
    expect(anchorsOf(await response.text())).toEqual(Object.keys(errors));
  });

  test('the doc_url of every error example of the contract leads to a section', async () => {
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

  test('the doc_url of an answer leads to its section', async () => {
    const { error } = await (await send(backend, `/api/v1/teams/${team.id}/tickets`, { key: '' })).json();
    const page = await fetch(error.doc_url);
    expect(page.status).toBe(200);
    expect(anchorsOf(await page.text())).toContain(new URL(error.doc_url).hash.slice(1));
  });

  test('the contract, for pages of any origin', async () => {
    const response = await get('/openapi.json');
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toEqual(contract);
  });

  test('304 for what the browser has already', async () => {
    // not by fetch, which adds `Cache-Control: no-cache` to a conditional request (Fetch standard, section 4.5)
    const statusGiven = (etag: string) =>
      new Promise((resolve) => {
        request(`${backend.url}/developers/api/errors`, { headers: { 'if-none-match': etag } }, (res) =>
          resolve(res.resume().statusCode),
        ).end();
      });
    expect(await statusGiven((await get('/errors')).headers.get('etag') ?? '')).toBe(304);
    expect(await statusGiven('"other"')).toBe(200);
  });

  test.each([['/nothing'], ['/errors/nothing'], ['/%'], ['/..%2f..%2fpackage.json']])('404 %s', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe(html);
  });

  test('404 for a method that no page has', async () => {
    expect((await get('/errors', { method: 'POST' })).status).toBe(404);
  });

  test.each([['/errors'], ['/openapi.json'], ['/nothing']])('%s runs no script and is in no frame', async (path) => {
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
    const pages = developerPages(pathToFileURL(file));
    server = createServer(express().enable('strict routing').use('/developers/api', pages));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/developers/api`;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  test('503 says how to build it; 200 as soon as it is built', async () => {
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
  });
});

describe('the errors page', () => {
  const hostile = '<script>alert("1")</script> & `a<b`';

  test('keeps text from becoming HTML, and marks code', () => {
    const page = errorsPage({
      some_code: { status: 400, type: 'api_error', title: hostile, message: hostile, cause: hostile, fix: hostile },
    });
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; <code>a&lt;b</code>');
  });

  test('says everything that the registry says', () => {
    const entry = { title: 'Title', message: 'Message', param: 'name', cause: 'Cause', fix: 'Fix' };
    const page = errorsPage({ some_code: { status: 429, type: 'rate_limit_error', ...entry } });
    for (const text of [...Object.values(entry), '429', 'rate_limit_error', '#some_code', '&quot;retryAfter&quot;: 30'])
      expect(page).toContain(text);
  });
});
