// No key can give more than it has itself, and none can change a key that may do more.
import { operationTable } from '../../generated/operations.ts';
import type { Limits } from '../http/limits.ts';
import { allowedTo } from '../http/permissions.ts';
import { Problem } from '../http/problem.ts';
import { widened } from '../http/restrictions.ts';
import type { KeyRow } from './apiKey.ts';

/** What a key may: the part of its row that says so. */
export type Powers = Pick<KeyRow, 'type' | 'permissions' | 'restrictions' | 'rate_limit' | 'expires_at'>;

/** In which field a key may more than another one; the fields have their names of the contract. */
function* excesses(of: Powers, over: Powers, limits: Limits): Generator<string> {
  if (of.type === 'secret' && over.type === 'publishable') yield 'type';
  const allowed = allowedTo(over);
  if (allowedTo(of).some((one) => !allowed.includes(one))) yield 'permissions';
  for (const kind of widened(of.restrictions, over.restrictions, operationTable)) yield `restrictions.${kind}`;
  if (requestsOf(of, limits) > requestsOf(over, limits)) yield 'rateLimit';
  if (endOf(of) > endOf(over)) yield 'expiresAt';
}

/** Requests an hour. */
export const requestsOf = ({ type, rate_limit }: Pick<Powers, 'type' | 'rate_limit'>, limits: Limits): number =>
  rate_limit ?? limits[type].requests;
const endOf = ({ expires_at }: Powers): number => expires_at?.getTime() ?? Number.POSITIVE_INFINITY;

/**
 * @param holder the key that asks
 * @param before what the other key may already: to leave it at that, or at less, is for every key. Who gives it more in one
 * field gives it all the others again
 * @throws 403 `insufficient_permissions` with the field in which `wanted` goes beyond the key that asks
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
 * A key that may do less could otherwise lock its team out. Its own key is always its own to change.
 * @param key the key to be changed
 * @param holder the key that asks
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
