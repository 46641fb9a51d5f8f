// Hostile input: each request receives the correct error in the envelope, and the process continues.
import { describe, expect, test } from 'vitest';
import { type Backend, backends } from '../support/client.ts';
import { randomFrom } from '../support/random.ts';
import { hostileBodies } from './hostileBodies.ts';
import { hostileHeads } from './hostileHeads.ts';
import { get, post, tickets } from './requests.ts';
import { exchange, type SocketAnswer } from './socket.ts';

const types = 'abcdefghijklmnopqrstuvwxyz0123456789+-./;=, "\xe9\xff';

describe.each(backends)('hostile input on $name', (backend) => {
  test.each([...hostileHeads, ...hostileBodies])('%s', async (_name, bytes, status, code, param) => {
    const answer = await exchange(backend.url, bytes);
    expect({ status: answer.status, ...faultOf(answer) }).toEqual({ status, code, param });
    insistOnEnvelope(backend, answer);
    expect((await fetch(`${backend.url}/healthz`)).status).toBe(200);
  });

  test.each([
    ['a percent sequence', get(`${tickets}?search=%E0%A4`), "'search' is not percent-encoded UTF-8."],
    [
      'a content encoding',
      post('{"title":"x"}', { extra: 'Content-Encoding: gzip\r\n' }),
      'The body cannot be decoded as gzip, its Content-Encoding.',
    ],
  ])('the message for %s that cannot be decoded says so', async (_name, bytes, message) => {
    expect((await exchange(backend.url, bytes)).body.error.message).toBe(message);
  });

  // Unusual but allowed (RFC 9110, RFC 9112).
  test.each([
    ['a byte order mark', post('\ufeff{"title":"x"}'), 201],
    ['the longest spelling of UTF-8', post('{"title":"x"}', { type: 'Application/JSON ; Charset="UTF-8"' }), 201],
    ['a repeated JSON key', post('{"title":"x","title":"y"}'), 201],
    [
      'names of object properties as metadata',
      post('{"title":"x","metadata":{"constructor":"a","toString":"b"}}'),
      201,
    ],
    ['Expect: 100-continue', post('{"title":"x"}', { extra: 'Expect: 100-continue\r\n' }), 201],
    ['an unknown expectation', get(tickets, 'Expect: the-unexpected\r\n'), 200],
    ['the absolute form', get(`http://elsewhere.example${tickets}`), 200],
    ['a range', get(tickets, 'Range: bytes=0-5\r\n'), 200],
    ['a condition', get(tickets, 'If-None-Match: *\r\nIf-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n'), 200],
    ['an upgrade', get(tickets, 'Connection: Upgrade\r\nUpgrade: h2c\r\n'), 200],
    ['a body with GET', [...get(tickets, 'Content-Length: 2\r\n'), '{}'], 200],
    ['a cookie of 10 kB', get(tickets, `Cookie: ${'a'.repeat(10_000)}\r\n`), 200],
    ['a header with bytes outside ASCII', get(tickets, 'X-A: \xe2\x98\x83\r\n'), 200],
    ['a query that contains only &', get(`${tickets}?&&&`), 200],
    ['an invalid Host', get('/healthz').map((bytes) => String(bytes).replace('localhost', 'a@b/c?d#e')), 200],
  ])('%s is accepted', async (_name, bytes, status) => {
    const answer = await exchange(backend.url, bytes);
    expect(answer.status).toBe(status);
    expect(answer.body.success).toBe(true);
  });

  test('random Content-Types return an error with a body, and are ignored without a body', async () => {
    const random = randomFrom(7);
    for (let i = 0; i < 200; i++) {
      const type = random.text(types, 1 + random.below(60)).trim() || 'x';
      const posted = await exchange(backend.url, post('{"title":"x"}', { type }));
      expect({ type, status: posted.status, ...faultOf(posted) }).toEqual({
        type,
        status: 415,
        code: 'unsupported_media_type',
      });
      const got = await exchange(backend.url, get('/healthz', `Content-Type: ${type}\r\n`));
      expect({ type, status: got.status }).toEqual({ type, status: 200 });
    }
  });

  test('a randomly mutated request receives a response that is not a 5xx', async () => {
    const random = randomFrom(11);
    const whole = Buffer.concat(post('{"title":"x","metadata":{"a":"b"}}').map((part) => Buffer.from(part as string)));
    for (let i = 0; i < 500; i++) {
      const spoilt = Buffer.from(whole);
      for (let flips = 1 + random.below(3); flips > 0; flips--) spoilt[random.below(spoilt.length)] = random.below(256);
      // The following bytes complete the requests that declare more than they contain.
      const answer = await exchange(backend.url, [spoilt, '\r\n\r\n'.repeat(3), Buffer.alloc(2000)]);
      expect({ spoilt: spoilt.toString('latin1'), status: answer.status }).toMatchObject({
        status: expect.toSatisfy((status: number) => status === 201 || (status >= 400 && status < 500)),
      });
      if (answer.status !== 201) insistOnEnvelope(backend, answer);
    }
  });
});

const faultOf = ({ body }: SocketAnswer): { code: string; param?: string } => ({
  code: body.error?.code,
  param: body.error?.param,
});

/** The complete error response, including responses to bytes that are not a request. */
function insistOnEnvelope({ url }: Backend, { status, headers, body }: SocketAnswer): void {
  const { code } = body.error;
  expect(body).toEqual({
    success: false,
    error: {
      type: expect.stringMatching(/^[a-z_]+_error$/),
      code,
      message: expect.stringMatching(/^[^\n]{1,500}$/s),
      doc_url: `${url}/developers/api/errors#${code}`,
      request_id: headers.get('X-Request-Id'),
      ...('param' in body.error && { param: expect.any(String) }),
      ...(status === 429 && { retryAfter: expect.any(Number) }),
    },
  });
  expect(headers.get('Content-Type')).toBe('application/json; charset=utf-8');
  expect(headers.get('CStar-Version')).toBe('2026-03-01');
  expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
}
