// The API keys of one team and environment.
import { type ExpressionBuilder, sql } from 'kysely';
import type { TenantDatabase } from '../storage/database.ts';
import { newUuid } from '../storage/ids.ts';
import { newSecret } from '../storage/keyText.ts';
import type { Paging } from '../storage/page.ts';
import { pageFrom, rowsOf } from '../storage/rows.ts';
import type { Tables } from '../storage/tables.ts';
import type { ApiKey, KeyRow } from './apiKey.ts';
import { secretStore } from './secretStore.ts';

export type KeyFilters = { status?: ApiKey['status']; type?: ApiKey['type'] };
export type NewKey = Pick<KeyRow, 'user_id' | 'type' | 'name' | 'permissions' | 'restrictions'> &
  Partial<Pick<KeyRow, 'rate_limit' | 'shares_limit_of' | 'expires_at' | 'is_active' | 'revoked_at'>>;
export type KeyChanges = Partial<
  Pick<KeyRow, 'name' | 'permissions' | 'restrictions' | 'rate_limit' | 'expires_at' | 'is_active' | 'revoked_at'> &
    Pick<KeyRow, 'shares_limit_of'>
>;

/** The maximum number of keys per tenant, without revoked ones. The list of the second source document has no pages. */
const keysMax = 1_000;

/** Reads and writes the API keys of a tenant. Lists are restricted by `KeyFilters`. */
export function keyStore(db: TenantDatabase) {
  const { environment } = db.tenant;
  const secrets = secretStore(db);
  const rows = rowsOf(db, 'api_keys');

  return {
    /** Newest first. */
    async list(filters: KeyFilters, paging: Paging, now: Date) {
      const filtered = db.selectFrom('api_keys').where((where) => where.and(conditions(where, filters, now)));
      return pageFrom(db, filtered, paging);
    },

    /** The keys that are not revoked, newest first. */
    async listKept(): Promise<KeyRow[]> {
      return db
        .selectFrom('api_keys')
        .selectAll()
        .where('revoked_at', 'is', null)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(keysMax)
        .execute();
    },

    /** Whether the tenant has the maximum number of keys. The caller has locked the tenant's row, so no other write can add a key. */
    async isFull(): Promise<boolean> {
      const kept = db.selectFrom('api_keys').select(sql`1`.as('one')).where('revoked_at', 'is', null);
      return (await db.counted(kept, keysMax).executeTakeFirst())?.total === keysMax;
    },

    find: rows.find,

    /** Whether the person behind a key is active. */
    async hasActivePerson({ id }: KeyRow): Promise<boolean> {
      const { is_active } = await db
        .selectFrom('api_keys')
        .innerJoin('users', 'users.id', 'user_id')
        .select('users.is_active')
        .where('api_keys.id', '=', id)
        .executeTakeFirstOrThrow();
      return is_active;
    },

    /**
     * Finds a key and locks it until the transaction ends. The tenant's row is locked first, so that no other write can revoke the
     * caller's key before this transaction ends.
     */
    async lock(id: string): Promise<KeyRow | undefined> {
      await db.lock();
      return rows.lock(id);
    },

    /**
     * Adds a key. Returns its row and its secret in plain text.
     * @param secret default: a new one
     */
    async add(key: NewKey, now: Date, secret = newSecret({ type: key.type, environment })) {
      const row = await db
        .insertInto('api_keys')
        .values({
          rate_limit: null,
          shares_limit_of: null,
          expires_at: null,
          is_active: true,
          revoked_at: null,
          ...key,
          restrictions: JSON.stringify(key.restrictions),
          id: newUuid(now),
          last_four: secret.slice(-4),
          created_at: now,
          secret_created_at: now,
          previous_expires_at: null,
          last_used_at: null,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      await secrets.keep(row.id, secret, now);
      return { row, secret };
    },

    async change({ id }: KeyRow, { restrictions, ...changes }: KeyChanges): Promise<KeyRow> {
      return db
        .updateTable('api_keys')
        .set({ ...changes, ...(restrictions && { restrictions: JSON.stringify(restrictions) }) })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow();
    },

    /** Gives a locked key a new secret. Earlier secrets expire at `overlapUntil` or at their own expiry, whichever comes first. */
    async rotate(key: KeyRow, overlapUntil: Date, now: Date) {
      const secret = newSecret(key);
      const previousEnd = await secrets.replace(key.id, overlapUntil, now);
      await secrets.keep(key.id, secret, now);
      const row = await db
        .updateTable('api_keys')
        .set({ last_four: secret.slice(-4), secret_created_at: now, previous_expires_at: previousEnd })
        .where('id', '=', key.id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return { row, secret };
    },

    /**
     * Ends a leaked secret of a locked key. If it is the current secret, the key is deactivated.
     * Undefined if that was done before.
     */
    async burn(key: KeyRow, digest: Buffer, now: Date): Promise<KeyRow | undefined> {
      const burnt = await secrets.burn(key.id, digest, now);
      if (!burnt) return undefined;
      return db
        .updateTable('api_keys')
        .set({ previous_expires_at: burnt.previousEnd, ...(burnt.isPresent && { is_active: false }) })
        .where('id', '=', key.id)
        .returningAll()
        .executeTakeFirstOrThrow();
    },
  };
}

/** In the same order of precedence as `statusOf`. */
function conditions(where: ExpressionBuilder<Tables, 'api_keys'>, { status, type }: KeyFilters, now: Date) {
  const isRevoked = where('revoked_at', 'is not', null);
  const isOff = where('is_active', '=', false);
  const isPast = where('expires_at', '<=', now);
  const isKept = where('revoked_at', 'is', null);
  const isOn = where('is_active', '=', true);
  const isCurrent = where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]);
  const ofStatus = {
    revoked: [isRevoked],
    deactivated: [isKept, isOff],
    expired: [isKept, isOn, isPast],
    active: [isKept, isOn, isCurrent],
  };
  return [...(status ? ofStatus[status] : []), ...(type ? [where('type', '=', type)] : [])];
}
