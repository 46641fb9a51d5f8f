// A key that another key made shares the limit of its maker: no key gets more requests by making keys.
import { sql } from 'kysely';
import type { KeyLimit } from '../http/keyring.ts';
import type { Limits } from '../http/limits.ts';
import type { TenantDatabase } from '../storage/database.ts';
import { toPrefixed } from '../storage/ids.ts';
import type { KeyRow } from './apiKey.ts';
import { requestsOf } from './grants.ts';

type Maker = Pick<KeyRow, 'id' | 'type' | 'rate_limit'>;

/** The keys whose limits count as well, nearest first. */
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

/** The same for the front. */
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

/** The key with the limit that is in force for it: its own, or a lower one that it shares. */
export async function withLimitInForce(db: TenantDatabase, row: KeyRow, limits: Limits): Promise<KeyRow> {
  const all = [row, ...(await makersOf(db, row))].map((one) => requestsOf(one, limits));
  return { ...row, rate_limit: Math.min(...all) };
}

/**
 * Whose limit a key shares after `setter` has set its `rateLimit`. A key that may make more requests than the ones whose
 * limit was shared takes their place. No key that shares the limit itself may make more than it, so there are no circles.
 * @param setter with its limit in force
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
