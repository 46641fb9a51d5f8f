// Maps a key's row to the contract: as a resource, and in the list of the second source document.
import type { Selectable } from 'kysely';
import type { components } from '../../generated/types.ts';
import { isRotationDue } from '../http/keyring.ts';
import { allowedTo } from '../http/permissions.ts';
import { toPrefixed } from '../storage/ids.ts';
import { prefixOf } from '../storage/keyText.ts';
import type { Tables } from '../storage/tables.ts';

type Schemas = components['schemas'];
export type ApiKey = Schemas['ApiKey'];
export type KeyRow = Selectable<Tables['api_keys']>;

const text = (time: Date | null): string | null => time?.toISOString() ?? null;

/** The earlier of two expiry times. Null means never. */
export const firstEnd = (one: Date | null, other: Date | null): Date | null =>
  one && other ? (one < other ? one : other) : (one ?? other);

/** Returns the status of a key. If several apply, `revoked` takes precedence over `deactivated`, and `deactivated` over `expired`. */
export function statusOf(row: KeyRow, now: Date): ApiKey['status'] {
  if (row.revoked_at) return 'revoked';
  if (!row.is_active) return 'deactivated';
  return row.expires_at && row.expires_at <= now ? 'expired' : 'active';
}

/** Maps a row to the contract's ApiKey. */
export function toApiKey(row: KeyRow, now: Date): ApiKey {
  const { previous_expires_at: previous } = row;
  return {
    object: 'api_key',
    id: toPrefixed('key', row.id),
    uuid: row.id,
    name: row.name,
    type: row.type,
    environment: row.environment,
    prefix: prefixOf(row),
    lastFour: row.last_four,
    permissions: permissionsOf(row),
    restrictions: restrictionsOf(row),
    rateLimit: row.rate_limit,
    sharesLimitOf: row.shares_limit_of && toPrefixed('key', row.shares_limit_of),
    status: statusOf(row, now),
    isActive: row.is_active,
    rotationAdvised: !row.revoked_at && isRotationDue(row.secret_created_at, now),
    secretCreatedAt: row.secret_created_at.toISOString(),
    previousSecretExpiresAt: text(previous && previous > now ? previous : null),
    createdAt: row.created_at.toISOString(),
    lastUsedAt: text(row.last_used_at),
    expiresAt: text(row.expires_at),
    revokedAt: text(row.revoked_at),
  };
}

/** Maps a row to an item in the list of the second source document. */
export const toListedKey = (row: KeyRow): Schemas['ListedKey'] => ({
  id: toPrefixed('key', row.id),
  name: row.name,
  prefix: prefixOf(row),
  created_at: row.created_at.toISOString(),
  last_used: text(row.last_used_at),
});

/** The contract checked these values when they were stored. */
const permissionsOf = (row: KeyRow) => allowedTo(row) as ApiKey['permissions'];
function restrictionsOf({ restrictions: { ipAddresses, referrers, endpoints } }: KeyRow): ApiKey['restrictions'] {
  return { ipAddresses, referrers, endpoints: endpoints as ApiKey['restrictions']['endpoints'] }; // the fields in the contract's order
}
