// Slow callers: headers, bodies and connections that never end.
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Listener, listen } from '../../src/http/server.ts';
import { startFront } from '../contract/ownFront.ts';
import type { Backend } from '../support/client.ts';
import { get, postChunked, request, tickets } from './requests.ts';
import { answerOn, type Chunk, connectTo, exchange } from './socket.ts';

const shortMs = 200;

describe('connections before the first request', () => {
  let listener: Listener;
  beforeAll(async () => {
    listener = await listen(
      { host: '127.0.0.1', port: 0, publicUrl: undefined },
      { headersMs: shortMs, requestMs: shortMs },
    );
  });
  afterAll(() => listener.stop(0));

  test.each<[string, Chunk[]]>([
    ['nothing at all', []],
    ['half a request line', ['GET /hea']],
    ['headers without an end', ['GET /healthz HTTP/1.1\r\nHost: x\r\n']],
  ])('%s: 408 and the connection is closed', async (_name, bytes) => {
    const socket = connectTo(listener.url);
    for (const chunk of bytes) socket.write(chunk);
    const closed = once(socket, 'close');
    const { status, headers, body } = await answerOn(socket);
    expect(status).toBe(408);
    expect(body.error.code).toBe('request_timeout');
    expect(headers.get('Connection')).toBe('close');
    await closed;
  });

  test('503 until the app is ready', async () => {
    const { status, headers, body } = await exchange(listener.url, get('/healthz'));
    expect({ status, code: body.error.code }).toEqual({ status: 503, code: 'service_unavailable' });
    expect(headers.get('Retry-After')).toBe('5');
  });

  test('a rejected caller that does not close its connection is disconnected', async () => {
    for (const bytes of [['garbage\r\n\r\n'], ['CONNECT localhost:443 HTTP/1.1\r\nHost: x\r\n\r\n']]) {
      const socket = connectTo(listener.url);
      socket.allowHalfOpen = true;
      socket.resume().on('error', () => undefined);
      for (const chunk of bytes) socket.write(chunk);
      const ended = once(socket, 'end');
      await ended; // the response is complete, and our side stays open
      const connection = setInterval(() => socket.write('more'), 50); // until the other side is closed too
      await new Promise((resolve) => socket.once('close', resolve));
      clearInterval(connection);
    }
  });
});

describe('a body that does not arrive', () => {
  let front: Backend & { stop(): Promise<void> };
  beforeAll(async () => {
    front = await startFront({
      bodyLimits: { bytesMax: 1000, timeoutMs: shortMs },
      backend: async () => {
        throw new Error('no call may come this far');
      },
    });
  });
  afterAll(() => front.stop());

  test.each<[string, Chunk[]]>([
    [
      'a length and nothing more',
      request(`POST ${tickets} HTTP/1.1`, 'Content-Type: application/json\r\nContent-Length: 20\r\n'),
    ],
    [
      'half of it',
      [...request(`POST ${tickets} HTTP/1.1`, 'Content-Type: application/json\r\nContent-Length: 20\r\n'), '{"ti'],
    ],
    ['chunks without an end', postChunked(['5\r\n{"tit\r\n'])],
    ['too much of it, without an end', postChunked(['1388\r\n', Buffer.alloc(5000, ' '), '\r\n'])],
    [
      'half of what is zipped',
      [
        ...request(
          `POST ${tickets} HTTP/1.1`,
          'Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n',
        ),
        Buffer.from('1f8b08', 'hex'),
      ],
    ],
  ])('%s: 408 and the connection is closed', async (_name, bytes) => {
    const socket = connectTo(front.url);
    for (const chunk of bytes) socket.write(chunk);
    const closed = once(socket, 'close');
    const { status, headers, body } = await answerOn(socket);
    expect({ status, code: body.error.code }).toEqual({ status: 408, code: 'request_timeout' });
    expect(headers.get('Connection')).toBe('close');
    await closed;
  });

  test('callers that disconnect in the middle of a request have no effect', async () => {
    for (let i = 0; i < 50; i++) {
      const socket = connectTo(front.url);
      for (const chunk of postChunked(['5\r\n{"tit'])) socket.write(chunk);
      await once(socket, 'connect');
      if (i % 2) socket.resetAndDestroy();
      else socket.destroy();
    }
    expect((await exchange(front.url, get('/nothing'))).status).toBe(404);
  });
});
