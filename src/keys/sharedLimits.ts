// A key shares the rate limit of the key that created it, so that no key gets more requests by creating keys.
import { sql } from 'kysely';
import type { KeyLimit } from '../http/keyring.ts';
import type { Limits } from '../http/limits.ts';
import type { TenantDatabase } from '../storage/database.ts';
import { toPrefixed } from '../storage/ids.ts';
import type { KeyRow } from './apiKey.ts';
import { requestsOf } from './grants.ts';

type Maker = Pick<KeyRow, 'id' | 'type' | 'rate_limit'>;

/** The keys whose limits a key shares, nearest first. */
async function makersOf(db: TenantDatabase, { shares_limit_of }: Pick<KeyRow, 'shares_limit_of'>): Promise<Maker[]> {
  if (shares_limit_of === null) return [];
  const { teamId, environment } = db.tenant;
  return db.run<Maker>(sql`
    with recursive makers as (
      select id, type, rate_limit, shares_limit_of, 1 as step
      from api_keys
      where team_id = ${teamId}::uuid and environment = ${environment} and id = ${shares_limit_of}::uuid
      union all
      select maker.id, maker.type, maker.rate_limit, maker.shares_limit_of, step + 1
      from api_keys as maker join makers on maker.id = makers.shares_limit_of
      where maker.team_id = ${teamId}::uuid and maker.environment = ${environment}
    )
    select id, type, rate_limit from makers order by step`);
}

/** The rate limits that a key shares, nearest first, in the form that the HTTP layer uses. */
export async function sharedLimitsOf(
  db: TenantDatabase,
  row: Pick<KeyRow, 'shares_limit_of'>,
): Promise<readonly KeyLimit[]> {
  const makers = await makersOf(db, row);
  return makers.map(({ id, type, rate_limit }) => ({
    id: toPrefixed('key', id),
    type,
    rateLimit: rate_limit ?? undefined,
  }));
}

/** The key with its effective limit: its own, or a lower one that it shares. */
export async function withLimitInForce(db: TenantDatabase, row: KeyRow, limits: Limits): Promise<KeyRow> {
  const all = [row, ...(await makersOf(db, row))].map((one) => requestsOf(one, limits));
  return { ...row, rate_limit: Math.min(...all) };
}

/**
 * Returns the UUID of the key whose limit is shared after `setter` has set a `rateLimit`. If `setter` has a higher effective limit than
 * the shared limits allow, its limit is shared instead. A key that shares a limit never has a higher one, so there are no cycles.
 * @param setter the key with its effective limit
 */
export async function sharesLimitAfter(
  db: TenantDatabase,
  row: KeyRow,
  setter: KeyRow,
  limits: Limits,
): Promise<string | null> {
  const shared = (await makersOf(db, row)).map((one) => requestsOf(one, limits));
  const isRaised = shared.length > 0 && requestsOf(setter, limits) > Math.min(...shared);
  return isRaised ? setter.id : row.shares_limit_of;
}
