// Several requests on one connection before the first response: each receives its own response, in order.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startFront } from '../contract/ownFront.ts';
import { entryOf, exampleContent } from '../contract/requests.ts';
import { type Backend, backends } from '../support/client.ts';
import { chunk, get, keyless, post, postChunked, request, tickets } from './requests.ts';
import { type Chunk, connectTo, exchangeAll, type SocketAnswer } from './socket.ts';

const good = (title = 'Sent first'): Chunk[] => post(JSON.stringify({ title }));
const statusesOf = (answers: SocketAnswer[]) => answers.map(({ status }) => status);
const codesOf = (answers: SocketAnswer[]) => answers.map(({ body }) => body.error?.code);

/** Bytes that are not a request, and the expected response. */
const rubbish: [name: string, bytes: Chunk[], status: number, code: string][] = [
  ['garbage', ['garbage garbage\r\n\r\n'], 400, 'malformed_request'],
  ['an unknown method', request(`STEAL ${tickets} HTTP/1.1`), 400, 'malformed_request'],
  ['a TLS hello', [Buffer.from('16030100c8010000c40303', 'hex')], 400, 'malformed_request'],
  ['CONNECT', request('CONNECT localhost:443 HTTP/1.1'), 400, 'malformed_request'],
  ['headers that are too large', get(tickets, `X-Large: ${'a'.repeat(100_000)}\r\n`), 431, 'headers_too_large'],
  ['a body in broken chunks', postChunked(['zz\r\n']), 400, 'malformed_request'],
];

describe.each(backends)('pipelined requests on $name', (backend) => {
  test.each(rubbish)('a POST before %s receives its own response first', async (_name, bytes, status, code) => {
    const answers = await exchangeAll(backend.url, [
      Buffer.concat([...good(), ...bytes].map((one) => Buffer.from(one as string))),
    ]);
    expect(statusesOf(answers)).toEqual([201, status]);
    expect(answers[0]?.body.data.id).toMatch(/^tkt_/);
    expect(codesOf(answers)).toEqual([undefined, code]);
    expect(answers[1]?.headers.get('Connection')).toBe('close');
  });

  test.each(rubbish)('five requests before %s receive their responses in order', async (_name, bytes, status) => {
    const titles = ['one', 'two', 'three', 'four'];
    const answers = await exchangeAll(backend.url, [...titles.flatMap(good), ...get('/nothing'), ...bytes]);
    expect(statusesOf(answers)).toEqual([201, 201, 201, 201, 404, status]);
    const made = answers.slice(0, 4).map(({ body }) => body.data.title);
    if (backend.name === 'server') expect(made).toEqual(titles); // the mock may return its example
  });

  test('malformed bytes wait until the response to the running request is sent', async () => {
    const answers = await exchangeAll(
      backend.url,
      [...get('/healthz'), ...good()],
      ['garbage\r\n\r\n'],
      ['and more\r\n\r\n'],
    );
    expect(statusesOf(answers)).toEqual([200, 201, 400]);
  });

  test('malformed bytes after a request with a complete response receive no second response', async () => {
    const head = keyless(
      `POST ${tickets} HTTP/1.1`,
      'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n',
    );
    const answers = await exchangeAll(backend.url, head, ['zz\r\n']);
    expect(statusesOf(answers)).toEqual([401]);
  });

  test('a caller that closes its side after the last request receives every response', async () => {
    const socket = connectTo(backend.url);
    socket.allowHalfOpen = true;
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes;
    });
    for (const bytes of [...good('one'), ...good('two'), ...get('/healthz')]) socket.write(bytes);
    socket.end();
    await new Promise((resolve) => socket.once('end', resolve));
    expect([...received.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status)).toEqual(['201', '201', '200']);
    socket.destroy();
  });
});

describe('a slow operation', () => {
  let front: Backend & { stop(): Promise<void> };
  const carriedOut: string[] = [];
  let delayMs = 150;
  beforeAll(async () => {
    front = await startFront({
      async backend({ operation, body }, finish) {
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        carriedOut.push((body as { title: string }).title);
        const content = exampleContent(entryOf(operation.operationId));
        return finish({ status: operation.successStatus, content });
      },
    });
  });
  afterAll(() => front.stop());

  test.each(rubbish)(
    'is executed and receives its response although %s arrives during it',
    async (name, bytes, status) => {
      const answers = await exchangeAll(front.url, [...good(`${name} 1`), ...good(`${name} 2`), ...bytes]);
      expect(statusesOf(answers)).toEqual([201, 201, status]);
      expect(carriedOut.slice(-2).sort()).toEqual([`${name} 1`, `${name} 2`]);
    },
  );

  test('none of 200 connections with a POST and malformed bytes loses its response', { timeout: 60_000 }, async () => {
    delayMs = 1;
    const lost: unknown[] = [];
    const one = async (i: number) => {
      const answers = await exchangeAll(front.url, [...good(`number ${i}`), chunk(Buffer.from('garbage')), '\r\n\r\n']);
      if (String(statusesOf(answers)) !== '201,400') lost.push(statusesOf(answers));
    };
    for (let i = 0; i < 200; i += 20) await Promise.all(Array.from({ length: 20 }, (_, k) => one(i + k)));
    console.log(`a POST and garbage: 200 connections, ${lost.length} without both responses`);
    expect(lost).toEqual([]);
  });
});
