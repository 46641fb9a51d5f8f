// The settings of a key from a request: for a new key, with the defaults of the key that creates it, and for a change.
import type { components } from '../../generated/types.ts';
import type { Limits } from '../http/limits.ts';
import { allowedTo, permissionsOf } from '../http/permissions.ts';
import { Problem } from '../http/problem.ts';
import type { KeyRow } from './apiKey.ts';
import { requestsOf } from './grants.ts';
import type { NewKey } from './keyStore.ts';

type ApiKeyCreate = components['schemas']['ApiKeyCreate'];
type ApiKeyUpdate = components['schemas']['ApiKeyUpdate'];
type Settings = Pick<KeyRow, 'type' | 'name' | 'permissions' | 'restrictions' | 'rate_limit' | 'expires_at'> &
  Pick<KeyRow, 'shares_limit_of'>;

/**
 * Returns the columns of a new key from a request.
 * @param holder the caller's key, whose settings are the defaults
 * @throws 400 `parameter_invalid` for an expiry in the past or permissions that no key of this type can have; 403
 * `insufficient_permissions` for another environment
 */
export function newKeyOf(body: ApiKeyCreate, holder: KeyRow, limits: Limits, now: Date): NewKey & Settings {
  const {
    name,
    type = 'secret',
    environment = holder.environment,
    permissions,
    restrictions,
    rateLimit,
    expiresAt,
  } = body;
  if (environment !== holder.environment)
    throw new Problem('insufficient_permissions', {
      param: 'environment',
      message: `A ${holder.environment} key can create only ${holder.environment} keys.`,
    });
  refusePermissions(permissions, type);
  return {
    user_id: holder.user_id,
    type,
    name,
    permissions,
    restrictions: { ...holder.restrictions, ...restrictions },
    rate_limit: rateLimit === undefined ? limitUnder(holder, type, limits) : rateLimit,
    shares_limit_of: holder.id,
    expires_at: expiresAt === undefined ? holder.expires_at : endOf(expiresAt, now),
  };
}

/** The default rate limit of the type, unless it exceeds the holder's. */
function limitUnder(holder: KeyRow, type: KeyRow['type'], limits: Limits): number | null {
  const held = requestsOf(holder, limits);
  return held < limits[type].requests ? held : null;
}

/**
 * Returns the settings of a key after an update. `isDifferent` is false if the update changes nothing.
 * @throws 400 `parameter_invalid` as for a new key
 */
export function changedKey(before: KeyRow, body: ApiKeyUpdate, sharesLimitOf: string | null, now: Date) {
  const { name, permissions, restrictions, rateLimit, expiresAt, isActive = before.is_active } = body;
  if (permissions) refusePermissions(permissions, before.type);
  const wanted: Settings = {
    type: before.type,
    name: name ?? before.name,
    permissions: permissions ?? before.permissions,
    restrictions: { ...before.restrictions, ...restrictions },
    rate_limit: rateLimit === undefined ? before.rate_limit : rateLimit,
    shares_limit_of: sharesLimitOf,
    expires_at: expiresAt === undefined ? before.expires_at : endOf(expiresAt, now),
  };
  const isDifferent = isActive !== before.is_active || textOf(before) !== textOf(wanted);
  return { wanted, isActive, isDifferent };
}

const textOf = ({ type, name, permissions, restrictions, rate_limit, shares_limit_of, expires_at }: Settings): string =>
  JSON.stringify([
    name,
    allowedTo({ type, permissions }),
    restrictions.ipAddresses,
    restrictions.referrers,
    restrictions.endpoints,
    rate_limit,
    shares_limit_of,
    expires_at,
  ]);

function refusePermissions(permissions: string[], type: KeyRow['type']): void {
  const possible: string[] = permissionsOf(type);
  const [impossible] = permissions.filter((one) => !possible.includes(one));
  if (impossible)
    throw new Problem('parameter_invalid', {
      param: 'permissions',
      message: `A ${type} key cannot have the permission ${impossible}.`,
    });
}

/** Later years have more digits than a date-time allows. */
const latestEnd = new Date('9999-12-31T23:59:59.999Z');

function endOf(expiresAt: string | null, now: Date): Date | null {
  if (expiresAt === null) return null;
  const end = new Date(expiresAt);
  if (!(end > now && end <= latestEnd))
    throw new Problem('parameter_invalid', {
      param: 'expiresAt',
      message: "'expiresAt' must be a time in the future.",
    });
  return end;
}
