// Entries of a trusted proxy in X-Forwarded-For: with or without a port, each client has its own limit.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { standardLimits } from '../../src/http/limits.ts';
import { startFront } from '../contract/ownFront.ts';
import { entryOf, exampleContent, goodRequest, urlOf } from '../contract/requests.ts';
import { type Backend, send } from '../support/client.ts';

const articles = entryOf('listLibraryArticles');
const start = (trustedProxies: string[]) =>
  startFront({
    limits: standardLimits(5),
    trustedProxies,
    backend: (_call, finish) => finish({ status: 200, content: exampleContent(articles) }),
  });
type Front = Backend & { stop(): Promise<void> };

/** The number of requests left for the client that the proxy names. */
async function remaining(front: Front, forwarded: string): Promise<number> {
  const response = await send(front, urlOf(goodRequest(articles)), {
    key: '',
    headers: { 'x-forwarded-for': forwarded },
  });
  return Number(response.headers.get('X-RateLimit-Remaining'));
}

describe('behind a trusted proxy', () => {
  let front: Front;
  beforeAll(async () => {
    front = await start(['loopback', '10.0.0.0/8', 'fd00::/8']);
  });
  afterAll(() => front.stop());

  test.each<[what: string, sameClient: string[]]>([
    ['an IPv4 address', ['192.0.2.1', '192.0.2.1:50001', '192.0.2.1:50002', '[::ffff:192.0.2.1]:7']],
    ['an IPv6 address', ['2001:db8:1::1', '[2001:db8:1::1]', '[2001:db8:1::1]:443', '[2001:DB8:1:0::2]:1']],
    ['a client before proxies', ['192.0.2.2', '192.0.2.2:1, 10.1.1.1:443', '192.0.2.2:2 ,[fd00::1]:443,10.1.1.1']],
    ['a client that forges an address', ['192.0.2.3', '198.51.100.1:80, 192.0.2.3:1', 'x, 192.0.2.3:2']],
  ])('%s is one client with any port', async (_what, sameClient) => {
    const left = [];
    for (const forwarded of sameClient) left.push(await remaining(front, forwarded));
    expect(left).toEqual(sameClient.map((_, i) => 4 - i));
  });

  test('100 clients with ports have 100 separate limits', async () => {
    const clients = Array.from({ length: 50 }, (_, i) => [
      `203.0.113.${i}:${4000 + i}`,
      `[2001:db8:${i + 2}::1]:443`,
    ]).flat();
    const left = await Promise.all(clients.map((forwarded) => remaining(front, forwarded)));
    expect(left).toEqual(clients.map(() => 4));
  });
});

test('without a trusted proxy, the header does not provide another limit', async () => {
  const front = await start([]);
  const left = [];
  for (const forwarded of ['192.0.2.1:1', '192.0.2.2', '[2001:db8::1]:1']) left.push(await remaining(front, forwarded));
  expect(left).toEqual([4, 3, 2]);
  await front.stop();
});
