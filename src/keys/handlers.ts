import type { KeysHandlers } from '../../generated/stubs.ts';
import type { Change } from '../http/changes.ts';
import type { Limits } from '../http/limits.ts';
import type { KeyCaller } from '../http/operation.ts';
import { byCreation, pageOf, pagingOf } from '../http/paging.ts';
import { Problem } from '../http/problem.ts';
import type { TenantDatabase } from '../storage/database.ts';
import { firstEnd, type KeyRow, statusOf, toApiKey, toListedKey } from './apiKey.ts';
import { refuseExcess, refuseStronger } from './grants.ts';
import { keyStore } from './keyStore.ts';
import type { LeakReports } from './leaks.ts';
import { record } from './record.ts';
import { secretStore } from './secretStore.ts';
import { changedKey, newKeyOf } from './settings.ts';
import { sharesLimitAfter, withLimitInForce } from './sharedLimits.ts';
import { usageStore } from './usageStore.ts';

const missing = () => new Problem('resource_missing', { param: 'keyId' });
const isRevoked = () => new Problem('resource_conflict', { param: 'keyId', message: 'The API key is revoked.' });

/**
 * Handlers of the API key operations.
 * @param limits the default rate limits by key type
 * @param leaks the handler of leak reports
 */
export function keysHandlers(limits: Limits, leaks: LeakReports): KeysHandlers {
  return {
    async listApiKeys({ query, db, now }, reply) {
      const paging = pagingOf(query);
      const found = await keyStore(db).list(query, paging, now);
      return reply(
        200,
        pageOf(found, paging, byCreation, (row) => toApiKey(row, now)),
      );
    },

    async createApiKey({ body, caller, db, emit, audit, now }, reply) {
      await db.lock(); // a key that is revoked meanwhile must not leave a new key behind
      const holder = await holderOf(db, caller, now);
      const wanted = newKeyOf(body, holder, limits, now);
      refuseExcess(wanted, holder, limits);
      if (await keyStore(db).isFull())
        throw new Problem('resource_conflict', {
          message: 'The environment already has 1,000 API keys. Revoke some of them first.',
        });
      const { row, secret } = await keyStore(db).add(wanted, now);
      record({ emit, audit }, 'api_key.created', null, row, now);
      return reply(201, { data: { ...toApiKey(row, now), key: secret } });
    },

    async getApiKey({ path, db, now }, reply) {
      const row = await keyStore(db).find(path.keyId);
      if (!row) throw missing();
      return reply(200, { data: toApiKey(row, now) });
    },

    async updateApiKey({ path, body, caller, db, emit, audit, now }, reply) {
      const before = await lockedOf(db, path.keyId);
      const holder = await holderOf(db, caller, now);
      const held = await withLimitInForce(db, before, limits);
      refuseStronger(held, holder, limits);
      const sharesLimitOf =
        body.rateLimit === undefined ? before.shares_limit_of : await sharesLimitAfter(db, before, holder, limits);
      const { wanted, isActive, isDifferent } = changedKey(before, body, sharesLimitOf, now);
      const isBack = isActive && !before.is_active;
      const asked = body.rateLimit === undefined ? { ...wanted, rate_limit: held.rate_limit } : wanted;
      refuseExcess(asked, holder, limits, isBack ? undefined : held);
      if (isBack && (await secretStore(db).isBurnt(before.id)))
        throw new Problem('resource_conflict', {
          param: 'isActive',
          message: 'The secret of this API key has leaked. Rotate the key before you reactivate it.',
        });
      if (!isDifferent) return reply(200, { data: toApiKey(before, now) });
      const after = await keyStore(db).change(before, { ...wanted, is_active: isActive });
      const action = isActive === before.is_active ? 'updated' : isActive ? 'reactivated' : 'deactivated';
      record({ emit, audit }, `api_key.${action}`, before, after, now);
      return reply(200, { data: toApiKey(after, now) });
    },

    async revokeApiKey({ path, caller, db, emit, audit, now }, reply) {
      const row = await revoked(db, path.keyId, caller, { emit, audit }, now);
      return reply(200, { data: toApiKey(row, now) });
    },

    async rotateApiKey({ path, body, caller, db, emit, audit, now }, reply) {
      const before = await lockedOf(db, path.keyId);
      const holder = await holderOf(db, caller, now);
      const held = await withLimitInForce(db, before, limits);
      refuseStronger(held, holder, limits);
      refuseExcess(held, holder, limits); // also for the caller's own key: an expiring secret must not create one that expires later
      const overlapUntil = new Date(now.getTime() + body.overlapSeconds * 1000);
      const { row, secret } = await keyStore(db).rotate(before, overlapUntil, now);
      record({ emit, audit }, 'api_key.rotated', before, row, now);
      return reply(200, { data: { ...toApiKey(row, now), key: secret } });
    },

    async getApiKeyUsage({ path, query, db, now }, reply) {
      const row = await keyStore(db).find(path.keyId);
      if (!row) throw missing();
      return reply(200, { data: await usageStore(db).of(row.id, query, now) });
    },

    async listKeys({ db }, reply) {
      const rows = await keyStore(db).listKept();
      return reply(200, { success: true, data: rows.map(toListedKey) });
    },

    async revokeKey({ path, caller, db, emit, audit, now }, reply) {
      await revoked(db, path.keyId, caller, { emit, audit }, now);
      return reply(200, { success: true, message: 'API key revoked successfully' });
    },

    reportLeakedKeys: leaks,
  };

  /**
   * Returns the row of the caller's key, with its effective rate limit and the expiry of the secret that was sent. Reads the key from
   * the database, because the cache can still contain a key that is no longer valid, which must not grant access to other keys.
   * @throws 401 or 403 if the key is no longer valid
   */
  async function holderOf(db: TenantDatabase, { keyId, secretDigest }: KeyCaller, now: Date): Promise<KeyRow> {
    const row = await keyStore(db).find(keyId);
    if (!row) throw new Error(`the caller's key ${keyId} is not in the database`);
    const end = await secretStore(db).endOf(row.id, secretDigest);
    const holder = { ...row, expires_at: firstEnd(row.expires_at, end) };
    if (statusOf(holder, now) !== 'active') throw new Problem('invalid_api_key');
    if (!(await keyStore(db).hasActivePerson(row))) throw new Problem('account_restricted');
    return withLimitInForce(db, holder, limits);
  }

  /**
   * Revokes a key and returns its row. If the key is already revoked, nothing is written.
   * @throws 404 if there is no such key, 403 if it has more access than the caller's key
   */
  async function revoked(
    db: TenantDatabase,
    id: string,
    caller: KeyCaller,
    written: Pick<Change, 'emit' | 'audit'>,
    now: Date,
  ): Promise<KeyRow> {
    const before = await keyStore(db).lock(id);
    if (!before) throw missing();
    const holder = await holderOf(db, caller, now);
    if (before.revoked_at) return before;
    refuseStronger(await withLimitInForce(db, before, limits), holder, limits);
    const after = await keyStore(db).change(before, { revoked_at: now });
    record(written, 'api_key.revoked', before, after, now);
    return after;
  }
}

/**
 * Finds and locks a key that is not revoked.
 * @throws 404 if there is no such key, 409 if it is revoked
 */
async function lockedOf(db: TenantDatabase, id: string): Promise<KeyRow> {
  const row = await keyStore(db).lock(id);
  if (!row) throw missing();
  if (row.revoked_at) throw isRevoked();
  return row;
}
