// Requests with varying values do not fill the memory. The validator's own cache would keep 442 KB for every new
// Content-Type, so 3,000 requests would leave more than a gigabyte behind.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Random, randomFrom } from '../support/random.ts';
import { get, keyless, post, tickets } from './requests.ts';
import { type Chunk, exchange } from './socket.ts';

const growthMaxBytes = 20_000_000;
const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const dataDir = mkdtempSync(join(tmpdir(), 'cstar-memory-'));
let child: ChildProcess;
let urls: [string, string];

beforeAll(async () => {
  child = fork(join(import.meta.dirname, 'ownProcess.ts'), [dataDir], { execArgv: ['--expose-gc'] });
  [{ urls }] = (await once(child, 'message')) as [{ urls: [string, string] }];
});
afterAll(async () => {
  child.disconnect();
  await once(child, 'exit');
  rmSync(dataDir, { recursive: true });
});

/** A request in which every value that could be cached differs. */
const hostile: ((random: Random) => Chunk[])[] = [
  (random) => keyless(`GET ${tickets} HTTP/1.1`, contentType(random)),
  (random) => keyless(`POST ${tickets} HTTP/1.1`, `${contentType(random)}Content-Length: 2\r\n`).concat('{}'),
  (random) => get('/healthz', contentType(random)),
  (random) => get(tickets, `${contentType(random)}Accept: ${word(random)}/${word(random)}\r\n`),
  (random) => get(tickets, `CStar-Version: ${word(random)}\r\n`),
  (random) => get(`/${word(random)}`, contentType(random)),
  (random) => get(`${tickets}?${word(random)}=${word(random)}`),
  (random) => get(`${tickets}?search=${word(random)}`),
  (random) => get(`${tickets}/${word(random)}`),
  (random) => post('{"title":"x"', { type: `application/json; ${word(random)}=${word(random)}` }),
  (random) => post('{"title":"x"}', { type: `text/${word(random)}` }),
  (random) => post(`{"${word(random)}":1}`, { extra: `Content-Encoding: ${word(random)}\r\n` }),
  (random) => post(`{"title":"x","metadata":{"${word(random)}":{}}}`),
  (random) => keyless(`GET ${tickets} HTTP/1.1`, `Authorization: Bearer sk_test_${random.text(alphabet, 32)}\r\n`),
  (random) => keyless(`${word(random)} ${tickets} HTTP/1.1`),
];
const word = (random: Random): string => random.text(alphabet, 12);
const contentType = (random: Random): string =>
  `Content-Type: ${random.pick(['text/plain; x=', 'text/'])}${word(random)}\r\n`;

async function send(count: number, random: Random): Promise<void> {
  for (let i = 0; i < count; i++) {
    const make = hostile[i % hostile.length] as (typeof hostile)[number]; // below the length
    await Promise.all(urls.map((url) => exchange(url, make(random))));
  }
}

async function heapBytes(): Promise<number> {
  child.send('heap');
  const [told] = (await once(child, 'message')) as [{ heapBytes: number }];
  return told.heapBytes;
}

test('3,000 hostile requests do not increase memory', { timeout: 120_000 }, async () => {
  const random = randomFrom(3);
  await send(300, random); // allocates everything that is created on first use
  const before = await heapBytes();
  await send(1500, random);
  const grownBytes = (await heapBytes()) - before;
  console.log(`heap ${mega(before)} MB, grown by ${mega(grownBytes)} MB over 3,000 requests`);
  expect(grownBytes).toBeLessThan(growthMaxBytes);
  for (const url of urls) expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

const mega = (bytes: number): string => (bytes / 1e6).toFixed(1);
