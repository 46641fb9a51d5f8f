// The keys in the store: found by digest, never kept in clear.
import { LRUCache } from 'lru-cache';
import { digestOf, type Key, type Keyring } from '../http/keyring.ts';
import { allowedTo } from '../http/permissions.ts';
import { admissionOf } from '../http/restrictions.ts';
import type { Database } from '../storage/database.ts';
import { toPrefixed } from '../storage/ids.ts';
import { firstEnd } from './apiKey.ts';

const cacheMs = 5_000; // so long may a revoked key live on in another process
/** In keys, and in ranges and patterns, of which a key can have two hundred. */
const cachedMax = 20_000;

/** `forget` takes the key with this UUID out of the cache, when it has changed. */
export function storedKeys({ kysely }: Database): Keyring & { forget(keyId: string): void } {
  const cache = new LRUCache<string, Key & { weight: number }>({
    maxSize: cachedMax,
    sizeCalculation: ({ weight }) => weight,
    ttl: cacheMs,
  });
  let changes = 0;
  return {
    async find(token) {
      const digest = digestOf(token);
      const name = digest.toString('base64');
      const known = cache.get(name);
      if (known) return known;
      const changesBefore = changes;
      const start = performance.now(); // what another process changes while we read counts from here too
      const key = await look(digest);
      if (key && changes === changesBefore) cache.set(name, key, { start }); // what was read before a change must not outlive it
      return key;
    },
    forget(keyId) {
      changes++;
      const id = toPrefixed('key', keyId);
      for (const [name, key] of cache.entries()) if (key.id === id) cache.delete(name);
    },
  };

  async function look(digest: Buffer): Promise<(Key & { weight: number }) | undefined> {
    const row = await kysely
      .selectFrom('key_secrets as secret')
      .innerJoin('api_keys as key', 'key.id', 'secret.key_id')
      .select(['key.id', 'key.team_id', 'type', 'permissions', 'restrictions', 'rate_limit', 'is_active', 'revoked_at'])
      .select(['secret.created_at', 'secret.expires_at as secret_expires_at', 'key.expires_at'])
      .where('digest', '=', digest)
      .executeTakeFirst();
    if (!row) return undefined;
    return {
      id: toPrefixed('key', row.id),
      digest,
      teamId: row.team_id,
      permissions: allowedTo(row),
      isActive: row.is_active && row.revoked_at === null,
      expiresAt: firstEnd(row.expires_at, row.secret_expires_at) ?? undefined,
      admission: admissionOf(row.restrictions),
      rateLimit: row.rate_limit ?? undefined,
      secretCreatedAt: row.created_at,
      weight: 1 + row.restrictions.ipAddresses.length + row.restrictions.referrers.length,
    };
  }
}
