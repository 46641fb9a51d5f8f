// A key cannot grant more access than it has, and cannot change a key that has more access.
import { operationTable } from '../../generated/operations.ts';
import type { Limits } from '../http/limits.ts';
import { allowedTo } from '../http/permissions.ts';
import { Problem } from '../http/problem.ts';
import { widened } from '../http/restrictions.ts';
import type { KeyRow } from './apiKey.ts';

/** The access of a key: the columns that define what it may do. */
export type Powers = Pick<KeyRow, 'type' | 'permissions' | 'restrictions' | 'rate_limit' | 'expires_at'>;

/**
 * Yields each field, by its name in the contract, in which `of` has more access than `over`, a secret key or an earlier state of `of`.
 * Publishable keys cannot manage keys.
 */
function* excesses(of: Powers, over: Powers, limits: Limits): Generator<string> {
  const allowed = allowedTo(over);
  if (allowedTo(of).some((one) => !allowed.includes(one))) yield 'permissions';
  for (const kind of widened(of.restrictions, over.restrictions, operationTable)) yield `restrictions.${kind}`;
  if (requestsOf(of, limits) > requestsOf(over, limits)) yield 'rateLimit';
  if (endOf(of) > endOf(over)) yield 'expiresAt';
}

/** The rate limit of a key in requests per hour: its own, or else the default of its type. */
export const requestsOf = ({ type, rate_limit }: Pick<Powers, 'type' | 'rate_limit'>, limits: Limits): number =>
  rate_limit ?? limits[type].requests;
const endOf = ({ expires_at }: Powers): number => expires_at?.getTime() ?? Number.POSITIVE_INFINITY;

/**
 * Rejects a change that would give a key more access than the caller's key has.
 * @param holder the caller's key
 * @param before the current access of the key. A change that does not extend it is always allowed. A change that extends it in any
 * field is compared with the caller's key in all fields
 * @throws 403 `insufficient_permissions` with the field in which `wanted` exceeds the caller's key
 */
export function refuseExcess(wanted: Powers, holder: Powers, limits: Limits, before?: Powers): void {
  if (before && excesses(wanted, before, limits).next().done) return;
  for (const field of excesses(wanted, holder, limits))
    throw new Problem('insufficient_permissions', {
      param: field,
      message: `An API key cannot give another key more access than it has: ${field}.`,
    });
}

/**
 * Rejects a change of a key that has more access than the caller's key. Otherwise, a key with less access could lock its team out.
 * A key may always change itself.
 * @param key the key to change
 * @param holder the caller's key
 * @throws 403 `insufficient_permissions`
 */
export function refuseStronger(key: KeyRow, holder: KeyRow, limits: Limits): void {
  if (key.id === holder.id) return;
  for (const field of excesses(key, holder, limits))
    throw new Problem('insufficient_permissions', {
      param: 'keyId',
      message: `This API key has more access than the key that you use: ${field}.`,
    });
}
