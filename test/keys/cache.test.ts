// The key cache is limited by the size of the keys, so that keys with long lists of restrictions cannot fill the
// memory.
import { expect, test } from 'vitest';
import { storedKeys } from '../../src/keys/keyring.ts';
import type { Database } from '../../src/storage/database.ts';
import { newUuid } from '../../src/storage/ids.ts';
import { newSecret } from '../../src/storage/keyText.ts';
import { team } from '../support/client.ts';

const request = { teamId: team.id };
type Sizes = { ranges?: number; patterns?: number; shared?: number };
const listOf = <T>(count: number, item: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => item(i));

/** A database that finds every key, with lists of these sizes, and counts the lookups. */
function findsAll({ ranges = 0, patterns = 0, shared = 0 }: Sizes): { database: Database; lookups(): number } {
  let lookups = 0;
  const row = () => ({
    id: newUuid(new Date()),
    team_id: team.id,
    type: 'secret',
    permissions: null,
    restrictions: {
      ipAddresses: listOf(ranges, (i) => `2001:db8::${i.toString(16)}`),
      referrers: listOf(patterns, (i) => `https://shop-${i}.example`),
      endpoints: [],
    },
    is_active: true,
    is_person_active: true,
    shares_limit_of: newUuid(new Date()),
    created_at: new Date(),
  });
  const query: object = new Proxy(
    {},
    {
      get: (_, method) => (method === 'executeTakeFirst' ? async () => ++lookups && row() : () => query),
    },
  );
  const makers = listOf(shared, () => ({ id: newUuid(new Date()), type: 'secret', rate_limit: null }));
  const of = (tenant: object) => ({ tenant, run: async () => makers });
  return { database: { kysely: query, of } as unknown as Database, lookups: () => lookups };
}

/** The number of keys that are looked up again when each is used a second time. */
async function lookedUpAgain(keys: number, sizes: Sizes): Promise<number> {
  const { database, lookups } = findsAll(sizes);
  const keyring = storedKeys(database);
  const tokens = Array.from({ length: keys }, () => newSecret({ type: 'secret', environment: 'test' }));
  for (const token of tokens) await keyring.find(token, request);
  for (const token of tokens.toReversed()) await keyring.find(token, request);
  return lookups() - keys;
}

test('300 keys without restrictions are looked up once', async () => {
  expect(await lookedUpAgain(300, {})).toBe(0);
});

test.each<[string, Sizes]>([
  ['address ranges', { ranges: 100 }],
  ['referrer patterns', { patterns: 100 }],
  ['shared limits', { shared: 100 }],
  ['ranges, patterns and shared limits', { ranges: 50, patterns: 30, shared: 20 }],
])('of 300 keys with 100 %s each, the cache keeps those up to a weight of 20,000', async (_, sizes) => {
  expect(await lookedUpAgain(300, sizes)).toBe(300 - Math.floor(20_000 / 101));
});
