// Responses over 1 kB are compressed for callers that accept it. Responses with a secret are never compressed.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '../../src/http/context.ts';
import { sendHead } from '../../src/http/head.ts';
import { backends, send, team } from '../support/client.ts';
import { written } from '../support/table.ts';

const lists = { server: `/api/library/${team.slug}/articles`, mock: `/api/v1/teams/${team.id}/tickets` }; // no test changes them
const asking = (encoding: string) => ({ 'accept-encoding': encoding });

describe.each(backends)('compression on $name', (backend) => {
  const list = lists[backend.name];

  test.each([
    ['gzip', 'gzip'],
    ['br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['*', 'br'],
    ['identity', null],
    ['gzip;q=0, br;q=0', null],
    ['compress', null],
  ])('of a list requested with Accept-Encoding: %s is encoded as %s', async (accepted, expected) => {
    const plain = await send(backend, list, { headers: asking('identity') });
    const response = await send(backend, list, { headers: asking(accepted) });
    expect(response.headers.get('Content-Encoding')).toBe(expected);
    expect(response.headers.get('Vary')).toBe('Accept-Encoding');
    const [asIs, received] = [await plain.json(), await response.json()];
    expect(received.data).toEqual(asIs.data);
  });

  test('does not change a small response', async () => {
    const response = await send(backend, '/api/v1/auth/whoami', { headers: asking('gzip, br') });
    expect(response.headers.get('Content-Encoding')).toBeNull();
    expect(Number(response.headers.get('Content-Length'))).toBeLessThan(1000);
  });

  test.each(['identity', 'br'])('HEAD of a list returns the headers of GET with %s', async (accepted) => {
    const [get, head] = [
      await send(backend, list, { headers: asking(accepted) }),
      await send(backend, list, { method: 'HEAD', headers: asking(accepted) }),
    ];
    for (const name of ['Content-Encoding', 'Content-Type', 'Vary', 'Cache-Control'])
      expect(head.headers.get(name), name).toBe(get.headers.get(name));
  });
});

const [server] = backends;

test('a response with a key that is shown once is not compressed, regardless of its length', async () => {
  const ipAddresses = Array.from({ length: 50 }, (_, i) => `203.0.113.${i}`);
  const body = JSON.stringify({ name: 'Long response', permissions: [], restrictions: { ipAddresses } });
  const headers = { ...asking('gzip, br'), 'content-type': 'application/json' };
  const response = await send(server, `/api/v1/teams/${team.id}/api-keys`, { method: 'POST', headers, body });
  expect([response.status, response.headers.get('Content-Encoding')]).toEqual([201, null]);
  expect(Number(response.headers.get('Content-Length'))).toBeGreaterThan(1000);
});

describe('a long response', () => {
  const secrets = written.filter(({ showsSecret }) => showsSecret);
  let own: Server;
  let url: string;
  beforeAll(async () => {
    const app = express();
    app.use((req, res) => {
      const operation = written.find(({ operationId }) => operationId === req.query.operation);
      req.context = { operation, headers: {} } as unknown as Context;
      sendHead(req, res, 200, {}, { mediaType: req.query.type as string, length: 5000 });
      res.end('a'.repeat(5000));
    });
    own = createServer(app).listen(0, '127.0.0.1');
    await new Promise((resolve) => own.once('listening', resolve));
    url = `http://127.0.0.1:${(own.address() as AddressInfo).port}`;
  });
  afterAll(() => void own.close());

  const encodingOf = async (operation: string, type: string) =>
    (await fetch(`${url}/?${new URLSearchParams({ operation, type })}`, { headers: asking('br') })).headers.get(
      'Content-Encoding',
    );

  test.each(written)('of $operationId is compressed unless it contains a secret: $showsSecret', async (operation) => {
    expect(await encodingOf(operation.operationId, 'application/json')).toBe(operation.showsSecret ? null : 'br');
  });

  test('some operations return a secret', () => expect(secrets.length).toBeGreaterThan(1));

  test.each([
    ['application/json', 'br'],
    ['application/json; charset=utf-8', 'br'],
    ['text/html', 'br'],
    ['application/xml', 'br'],
    ['text/event-stream', null],
    ['text/event-stream; charset=utf-8', null],
    ['image/png', null],
  ])('of type %s: %s', async (type, expected) => {
    expect(await encodingOf('listTickets', type)).toBe(expected);
  });
});
