// Script on a page of another origin, in a real browser, can read every response and the headers that it needs.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Backend, backends, keys, limitedBackends, otherTeam, team } from '../support/client.ts';
import { launchChromium, missingChromium } from './chromium.ts';

const tickets = `/api/v1/teams/${team.id}/tickets`;
const limitHeaders = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset', 'X-RateLimit-Window'];
const everyAnswer = ['X-Request-Id', 'CStar-Version'];

type Asked = { method?: string; key?: string; headers?: Record<string, string>; body?: string };
type Seen = { status: number; body: any; headers: Record<string, string> };

let browser: Browser;
let elsewhere: Server;
let page: Page;

if (missingChromium) console.warn(`skipped: ${missingChromium}`);

describe.skipIf(missingChromium)('CORS from another origin', () => {
  beforeAll(async () => {
    elsewhere = createServer((_req, res) => {
      res.setHeader('Content-Type', 'text/html').end('<!doctype html><title>Elsewhere</title>');
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`); // a TCP server has an address object
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    elsewhere?.close();
  });

  /** The response as the script of the page sees it. */
  const read = (
    { url }: Backend,
    path: string,
    { method = 'GET', key, headers = {}, body }: Asked = {},
  ): Promise<Seen> =>
    page.evaluate(
      async ([target, init]) => {
        const response = await fetch(target, init);
        return {
          status: response.status,
          body: await response.json(),
          headers: Object.fromEntries(response.headers),
        };
      },
      [url + path, { method, headers: { ...(key && { Authorization: `Bearer ${key}` }), ...headers }, body }] as const,
    );
  const namesOf = ({ headers }: Seen): string[] => Object.keys(headers);
  const lower = (...names: string[]): string[] => names.map((name) => name.toLowerCase());

  describe.each(backends)('$name', (backend) => {
    test('the page has another origin than the API', async () => {
      expect(new URL(page.url()).origin).not.toBe(new URL(backend.url).origin);
    });

    test('200: script reads the body, the limits, the version and the request ID', async () => {
      const seen = await read(backend, tickets, {
        key: keys.publishableTest,
        headers: { 'CStar-Version': '2026-03-01' },
      });
      expect(seen.status).toBe(200);
      expect(seen.body.data[0].object).toBe('ticket');
      expect(seen.body.meta.requestId).toBe(seen.headers['x-request-id']);
      expect(namesOf(seen)).toEqual(expect.arrayContaining(lower(...limitHeaders, ...everyAnswer)));
    });

    test('200 for an open operation without a preflight', async () => {
      const seen = await read(backend, '/api/library/acme/articles');
      expect(seen.status).toBe(200);
      expect(seen.body.data[0].object).toBe('article');
    });

    test('401: script reads the body', async () => {
      const seen = await read(backend, tickets);
      expect(seen.status).toBe(401);
      expect(seen.body.error).toMatchObject({
        code: 'authentication_required',
        request_id: seen.headers['x-request-id'],
      });
      expect(namesOf(seen)).toEqual(expect.arrayContaining(lower(...everyAnswer)));
    });

    test('403: script reads the body and the limits', async () => {
      const seen = await read(backend, `/api/v1/teams/${otherTeam.id}/tickets`, { key: keys.publishableTest });
      expect(seen.status).toBe(403);
      expect(seen.body.error.code).toBe('team_access_denied');
      expect(namesOf(seen)).toEqual(expect.arrayContaining(lower(...limitHeaders, ...everyAnswer)));
    });

    test('403 for a preflighted POST', async () => {
      const seen = await read(backend, tickets, {
        method: 'POST',
        key: keys.publishableTest,
        headers: { 'Content-Type': 'application/json' },
        body: '{"title":"From a page"}',
      });
      expect(seen.status).toBe(403);
      expect(seen.body.error.code).toBe('publishable_key_write');
    });

    test('preflighted POST, PATCH and DELETE requests succeed', async () => {
      const asked = { key: keys.secretTest, headers: { 'Content-Type': 'application/json' } };
      const made = await read(backend, tickets, { ...asked, method: 'POST', body: '{"title":"From a page"}' });
      expect(made.status).toBe(201);
      const path = `${tickets}/${made.body.data.id}`;
      const changed = await read(backend, path, { ...asked, method: 'PATCH', body: '{"status":"closed"}' });
      expect(changed.status).toBe(200);
      const gone = await read(backend, path, { key: keys.secretTest, method: 'DELETE' });
      expect({ status: gone.status, data: gone.body.data }).toEqual({
        status: 200,
        data: { deleted: true, id: made.body.data.id },
      });
    });

    test('script reads the headers of 401 and 405, and of a conditional request for the contract', async () => {
      const [refused, wrongMethod] = [
        await read(backend, tickets),
        await read(backend, '/healthz', { method: 'DELETE' }),
      ];
      expect(refused.headers['www-authenticate']).toBe('Bearer realm="cstar"');
      expect(wrongMethod.headers.allow).toBe('GET, HEAD');
      const contract = await read(backend, '/developers/api/openapi.json', { headers: { 'If-None-Match': '"other"' } });
      expect(contract.headers.etag).toMatch(/^"[^"]+"$/);
    });

    test('400, 404 and 405: script reads the body', async () => {
      const invalid = await read(backend, `${tickets}?page=0`, { key: keys.secretTest });
      const unknown = await read(backend, '/nothing');
      const wrongMethod = await read(backend, '/healthz', { method: 'DELETE' });
      expect([invalid, unknown, wrongMethod].map(({ body }) => body.error.code)).toEqual([
        'parameter_invalid',
        'route_not_found',
        'method_not_allowed',
      ]);
    });
  });

  describe.each(limitedBackends)('$name with few requests left', (backend) => {
    test('429: script reads the body, Retry-After and the limits', async () => {
      const asked = { key: keys.publishableLive };
      await read(backend, tickets, asked);
      const seen = await read(backend, tickets, asked);
      expect(seen.status).toBe(429);
      expect(seen.body.error).toMatchObject({
        code: 'rate_limit_exceeded',
        retryAfter: Number(seen.headers['retry-after']),
      });
      expect(seen.headers['x-ratelimit-remaining']).toBe('0');
      expect(namesOf(seen)).toEqual(expect.arrayContaining(lower('Retry-After', ...limitHeaders, ...everyAnswer)));
    });
  });
});
