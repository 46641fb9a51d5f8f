// A key cannot grant more access than it has, and cannot change a key that has more access.
import { operationTable } from '../../generated/operations.ts';
import type { Limits } from '../http/limits.ts';
import { allowedTo } from '../http/permissions.ts';
import { Problem } from '../http/problem.ts';
import { widened } from '../http/restrictions.ts';
import type { KeyRow } from './apiKey.ts';

/** The access of a key: the columns that define what it may do. */
export type Powers = Pick<KeyRow, 'type' | 'permissions' | 'restrictions' | 'rate_limit' | 'expires_at'>;

/** The first field, by its name in the contract, in which one key has more access than another. */
function* excesses(of: Powers, over: Powers, limits: Limits): Generator<string> {
  if (of.type === 'secret' && over.type === 'publishable') yield 'type';
  const allowed = allowedTo(over);
  if (allowedTo(of).some((one) => !allowed.includes(one))) yield 'permissions';
  for (const kind of widened(of.restrictions, over.restrictions, operationTable)) yield `restrictions.${kind}`;
  if (requestsOf(of, limits) > requestsOf(over, limits)) yield 'rateLimit';
  if (endOf(of) > endOf(over)) yield 'expiresAt';
}

/** In requests per hour. */
export const requestsOf = ({ type, rate_limit }: Pick<Powers, 'type' | 'rate_limit'>, limits: Limits): number =>
  rate_limit ?? limits[type].requests;
const endOf = ({ expires_at }: Powers): number => expires_at?.getTime() ?? Number.POSITIVE_INFINITY;

/**
 * @param holder the caller's key
 * @param before the current access of the key to change. Any key may keep or reduce it. A change that extends one field must not
 * exceed the caller's access in any field
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
 * Without this check, a key with less access could lock its team out. A key may always change itself.
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
