// The keys in the store: found by digest, never kept in clear.
import { LRUCache } from 'lru-cache';
import { digestOf, type Key, type Keyring } from '../http/keyring.ts';
import type { Database } from '../storage/database.ts';
import { toPrefixed } from '../storage/ids.ts';

const cacheMs = 5_000; // so long may a revoked key live on in another process
const cachedMax = 10_000;

export function storedKeys({ kysely }: Database): Keyring {
  const cache = new LRUCache<string, Key>({ max: cachedMax, ttl: cacheMs });
  return {
    async find(token) {
      const digest = digestOf(token);
      const name = digest.toString('base64');
      const known = cache.get(name);
      if (known) return known;
      const row = await kysely
        .selectFrom('api_keys')
        .select(['id', 'team_id', 'permissions', 'expires_at', 'revoked_at'])
        .where('digest', '=', digest)
        .executeTakeFirst();
      const key = row && {
        id: toPrefixed('key', row.id),
        teamId: row.team_id,
        permissions: row.permissions,
        isRevoked: row.revoked_at !== null,
        expiresAt: row.expires_at ?? undefined,
      };
      if (key) cache.set(name, key);
      return key;
    },
  };
}
