// Finds stored keys by their digest. Keys are never stored in plain text.
import { LRUCache } from 'lru-cache';
import { digestTextOf, type Key, type Keyring } from '../http/keyring.ts';
import { allowedTo } from '../http/permissions.ts';
import { admissionOf } from '../http/restrictions.ts';
import type { Database } from '../storage/database.ts';
import { toPrefixed } from '../storage/ids.ts';
import { firstEnd } from './apiKey.ts';
import { sharedLimitsOf } from './sharedLimits.ts';

const cacheMs = 5_000; // how long a revoked key can still work in another process
/** Counted in keys, ranges, patterns and shared limits. A key can have two hundred ranges and patterns. */
const cachedMax = 20_000;

/**
 * Finds keys by their secret, with a cache. `forget` takes the UUID of a changed key, and removes this key and the keys that share its
 * limit from the cache.
 */
export function storedKeys({ kysely, of }: Database): Keyring & { forget(keyId: string): void } {
  const cache = new LRUCache<string, Key & { weight: number }>({
    maxSize: cachedMax,
    sizeCalculation: ({ weight }) => weight,
    ttl: cacheMs,
  });
  let changes = 0;
  return {
    async find(token) {
      const name = digestTextOf(token);
      const known = cache.get(name);
      if (known) return known;
      const changesBefore = changes;
      const start = performance.now(); // the age includes the time of the read, during which another process may change the key
      const key = await look(Buffer.from(name, 'hex'));
      if (key && changes === changesBefore) cache.set(name, key, { start }); // do not cache what was read before a change
      return key;
    },
    forget(keyId) {
      changes++;
      const id = toPrefixed('key', keyId);
      for (const [name, key] of cache.entries())
        if (key.id === id || key.sharedLimits.some((shared) => shared.id === id)) cache.delete(name);
    },
  };

  async function look(digest: Buffer): Promise<(Key & { weight: number }) | undefined> {
    const row = await kysely
      .selectFrom('key_secrets as secret')
      .innerJoin('api_keys as key', 'key.id', 'secret.key_id')
      .innerJoin('users as person', 'person.id', 'key.user_id')
      .select(['key.id', 'key.team_id', 'key.environment', 'type', 'permissions', 'restrictions', 'revoked_at'])
      .select(['rate_limit', 'shares_limit_of', 'key.is_active', 'person.is_active as is_person_active'])
      .select(['secret.created_at', 'secret.expires_at as secret_expires_at', 'key.expires_at'])
      .where('digest', '=', digest)
      .executeTakeFirst();
    if (!row) return undefined;
    const sharedLimits = await sharedLimitsOf(of({ teamId: row.team_id, environment: row.environment }), row);
    return {
      id: toPrefixed('key', row.id),
      digest,
      teamId: row.team_id,
      permissions: allowedTo(row),
      isActive: row.is_active && row.revoked_at === null,
      isPersonActive: row.is_person_active,
      expiresAt: firstEnd(row.expires_at, row.secret_expires_at) ?? undefined,
      admission: admissionOf(row.restrictions),
      rateLimit: row.rate_limit ?? undefined,
      sharedLimits,
      secretCreatedAt: row.created_at,
      weight: 1 + row.restrictions.ipAddresses.length + row.restrictions.referrers.length + sharedLimits.length,
    };
  }
}
