// The secrets of keys, of which only digests are stored. A key has a current secret, and earlier ones until they expire.
import { sql } from 'kysely';
import { digestOf } from '../http/keyring.ts';
import type { TenantDatabase } from '../storage/database.ts';

/** A transaction must lock the key before it changes the key's secrets. */
export function secretStore(db: TenantDatabase) {
  const of = (keyId: string) => db.selectFrom('key_secrets').where('key_id', '=', keyId);

  return {
    async keep(keyId: string, secret: string, now: Date): Promise<void> {
      const row = { digest: digestOf(secret), key_id: keyId, created_at: now, replaced_at: null, expires_at: null };
      await db.insertInto('key_secrets').values(row).execute();
    },

    /** Makes the current secret an earlier one. Earlier secrets expire at `overlapUntil` or before. Returns the latest expiry. */
    async replace(keyId: string, overlapUntil: Date, now: Date): Promise<Date | null> {
      const ended = await db
        .updateTable('key_secrets')
        .set({
          expires_at: sql<Date>`least(coalesce(expires_at, ${overlapUntil}), ${overlapUntil})`,
          replaced_at: sql<Date>`coalesce(replaced_at, ${now})`,
        })
        .where('key_id', '=', keyId)
        .where((where) => where.or([where('replaced_at', 'is', null), where('expires_at', '>', now)]))
        .returning('expires_at')
        .execute();
      return latestOf(ended);
    },

    /** Expires a secret now. Undefined if it has already expired. `previousEnd` is the latest expiry of the earlier secrets. */
    async burn(
      keyId: string,
      digest: Buffer,
      now: Date,
    ): Promise<{ isPresent: boolean; previousEnd: Date | null } | undefined> {
      const burnt = await db
        .updateTable('key_secrets')
        .set({ expires_at: now })
        .where('digest', '=', digest)
        .where('key_id', '=', keyId)
        .where((where) =>
          where.or([
            where('expires_at', 'is', null),
            where.and([where('replaced_at', 'is not', null), where('expires_at', '>', now)]),
          ]),
        )
        .returning('replaced_at')
        .executeTakeFirst();
      if (!burnt) return undefined;
      const earlier = await of(keyId).select('expires_at').where('replaced_at', 'is not', null).execute();
      return { isPresent: burnt.replaced_at === null, previousEnd: latestOf(earlier) };
    },

    /** When a secret expires. Null means never. */
    async endOf(keyId: string, digest: Buffer): Promise<Date | null> {
      const { expires_at } = await of(keyId)
        .select('expires_at')
        .where('digest', '=', digest)
        .executeTakeFirstOrThrow();
      return expires_at;
    },

    /** Whether the current secret has leaked. Then only a rotation can reactivate the key. */
    async isBurnt(keyId: string): Promise<boolean> {
      const present = of(keyId).select('expires_at').where('replaced_at', 'is', null);
      return (await present.executeTakeFirstOrThrow()).expires_at !== null;
    },
  };
}

/** When the last of the earlier secrets expires. Each of them has an expiry. */
const latestOf = (secrets: { expires_at: Date | null }[]): Date | null =>
  secrets.length === 0 ? null : new Date(Math.max(...secrets.map(({ expires_at }) => Number(expires_at))));
