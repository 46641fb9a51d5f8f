// Each request has one log line with the information that an operator needs and no data of the caller.

import { once } from 'node:events';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadContract } from '../../src/contract/load.ts';
import { digestOf } from '../../src/http/keyring.ts';
import { prismBackend } from '../../src/mock/backend.ts';
import { createMemory } from '../../src/mock/memory.ts';
import { startFront } from '../contract/ownFront.ts';
import { type Backend, keys, otherTeam } from '../support/client.ts';
import { get, keyless, post, tickets } from './requests.ts';
import { type Chunk, connectTo, exchange } from './socket.ts';

const lines: Record<string, unknown>[] = [];
const log = pino(
  { level: 'debug' },
  new Writable({
    write(line, _encoding, done) {
      lines.push(JSON.parse(String(line)));
      done();
    },
  }),
);
const marker = 'Tr0ub4dor-and-3';
const ticket = `${tickets}/tkt_000000000001`;
const keyId = `mock_${digestOf(keys.secretTest).toString('hex').slice(0, 16)}`;
let front: Backend & { stop(): Promise<void> };

beforeAll(async () => {
  const mock = await prismBackend(loadContract(), createMemory());
  front = await startFront({
    log,
    async backend(call, finish) {
      if (call.operation.operationId === 'updateTicket')
        throw Object.assign(new Error('duplicate key value'), {
          code: '23505',
          detail: `Key (title)=(${JSON.stringify(call.body)}) already exists.`, // in the words of PostgreSQL
          parameters: [call.body],
          cause: Object.assign(new Error('lower down'), { detail: JSON.stringify(call.body) }),
        });
      if (call.operation.operationId === 'getTicket')
        return finish({ status: 200, content: { data: { title: marker } } });
      return mock(call, finish);
    },
  });
});
afterAll(() => front.stop());

const patch = (body: string): Chunk[] => [String(post(body, { target: ticket })[0]).replace('POST', 'PATCH'), body];
const bearer = (key: string) => `Authorization: Bearer ${key}\r\n`;

const requests: [bytes: Chunk[], operationId: string | undefined, status: number, keyId: string | undefined][] = [
  [get(`${tickets}?search=${marker}`), 'listTickets', 200, keyId],
  [get(`${tickets}?status=${marker}`), 'listTickets', 400, keyId],
  [get(`${tickets}?${marker}=1`), 'listTickets', 400, keyId],
  [get(tickets, `CStar-Version: ${marker}\r\n`), 'listTickets', 400, undefined],
  [
    get(tickets, `Cookie: session=${marker}\r\nReferer: http://${marker}/\r\nUser-Agent: ${marker}\r\n`),
    'listTickets',
    200,
    keyId,
  ],
  [get(`${tickets}/${marker}`), 'getTicket', 400, keyId],
  [get(`/${marker}`), undefined, 404, undefined],
  [post(`{"title":"${marker}"}`), 'createTicket', 201, keyId],
  [post(`{"title":"x","${marker}":1}`), 'createTicket', 400, keyId],
  [post(`{"title":"${marker}`), 'createTicket', 400, keyId],
  [post(`{"title":"x","metadata":{"__proto__":"${marker}"}}`), 'createTicket', 400, keyId],
  [post('{}', { type: `text/${marker}` }), 'createTicket', 415, keyId],
  [patch(`{"title":"${marker}"}`), 'updateTicket', 500, keyId],
  [get(ticket), 'getTicket', 500, keyId], // the guard rejects the response and states the reason
  [get('/healthz'), 'getHealth', 200, undefined],
  [keyless(`GET ${tickets} HTTP/1.1`), 'listTickets', 401, undefined],
  [keyless(`GET ${tickets} HTTP/1.1`, bearer(marker)), 'listTickets', 401, undefined],
  [keyless(`GET ${tickets} HTTP/1.1`, bearer(keys.revoked)), 'listTickets', 401, undefined],
  [keyless(`GET ${tickets} HTTP/1.1`, bearer(keys.expired)), 'listTickets', 401, undefined],
  [keyless(`GET ${tickets} HTTP/1.1`, `Authorization: Basic ${marker}\r\n`), 'listTickets', 401, undefined],
];

test('each request has one log line: ID, operation, status, duration and key', async () => {
  for (const [bytes, operationId, status, expectedKey] of requests) {
    lines.length = 0;
    const answer = await exchange(front.url, bytes);
    expect(answer.status).toBe(status);
    await expect.poll(() => lines.filter(({ msg }) => msg === 'request').length).toBe(1);
    const line = lines.find(({ msg }) => msg === 'request');
    expect(line).toMatchObject({
      requestId: answer.headers.get('X-Request-Id'),
      status,
      durationMs: expect.any(Number),
    });
    expect({ operationId: line?.operationId, keyId: line?.keyId }).toEqual({ operationId, keyId: expectedKey });
    expect(lines).toHaveLength(status >= 500 ? 2 : 1);
  }
});

test('a fault has a second log line with its cause and the same request ID', async () => {
  lines.length = 0;
  const { headers } = await exchange(front.url, patch('{"title":"x"}'));
  await expect.poll(() => lines.length).toBe(2);
  expect(lines[0]).toMatchObject({
    level: 50,
    requestId: headers.get('X-Request-Id'),
    err: {
      message: expect.stringContaining('duplicate key value'),
      code: '23505',
      stack: expect.stringContaining('log.test.ts'),
    },
  });
});

test('a disconnect by the caller is logged', async () => {
  lines.length = 0;
  const socket = connectTo(front.url).on('error', () => undefined);
  for (const bytes of [...get('/healthz'), ...get(tickets, 'Prefer: wait=30000\r\n')]) socket.write(bytes);
  await once(socket, 'data'); // the first response: the second request is running
  socket.resetAndDestroy();
  await expect.poll(() => lines.length).toBe(2);
  expect(lines[1]).toMatchObject({ operationId: 'listTickets', aborted: true });
});

test('the log contains no body, query value, header or key', async () => {
  lines.length = 0;
  for (const [bytes] of requests) await exchange(front.url, bytes);
  await expect.poll(() => lines.filter(({ msg }) => msg === 'request').length).toBe(requests.length);
  const text = JSON.stringify(lines);
  const secrets = [marker, ...Object.values(keys), ...Object.values(otherTeam.keys)];
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
});
