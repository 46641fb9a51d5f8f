// The key cache is limited by the size of the keys, so that keys with long lists of restrictions cannot fill the
// memory.
import { expect, test } from 'vitest';
import { storedKeys } from '../../src/keys/keyring.ts';
import type { Database } from '../../src/storage/database.ts';
import { newUuid } from '../../src/storage/ids.ts';
import { newSecret } from '../../src/storage/keyText.ts';
import { team } from '../support/client.ts';

const request = { teamId: team.id };
const rangesOf = (count: number) => Array.from({ length: count }, (_, i) => `2001:db8::${i.toString(16)}`);

/** A database that finds every key, with this number of address ranges, and counts the lookups. */
function findsAll(ranges: number): { database: Database; lookups(): number } {
  let lookups = 0;
  const row = () => ({
    id: newUuid(new Date()),
    team_id: team.id,
    type: 'secret',
    permissions: null,
    restrictions: { ipAddresses: rangesOf(ranges), referrers: [], endpoints: [] },
    is_active: true,
    is_person_active: true,
    shares_limit_of: null,
    created_at: new Date(),
  });
  const query: object = new Proxy(
    {},
    {
      get: (_, method) => (method === 'executeTakeFirst' ? async () => ++lookups && row() : () => query),
    },
  );
  const of = () => query;
  return { database: { kysely: query, of } as unknown as Database, lookups: () => lookups };
}

/** The number of keys that are looked up again when each is used a second time. */
async function lookedUpAgain(keys: number, ranges: number): Promise<number> {
  const { database, lookups } = findsAll(ranges);
  const keyring = storedKeys(database);
  const tokens = Array.from({ length: keys }, () => newSecret({ type: 'secret', environment: 'test' }));
  for (const token of tokens) await keyring.find(token, request);
  for (const token of tokens.toReversed()) await keyring.find(token, request);
  return lookups() - keys;
}

test('300 keys without restrictions are looked up once', async () => {
  expect(await lookedUpAgain(300, 0)).toBe(0);
});

test('of 300 keys with 100 ranges each, the cache keeps those up to a weight of 20,000', async () => {
  expect(await lookedUpAgain(300, 100)).toBe(300 - Math.floor(20_000 / 101));
});
