// Identifies callers by their API key.
import type { Request } from 'express';
import type { Environment } from '../storage/tenant.ts';
import { type Authenticator, bearerToken } from './authenticator.ts';
import { daysSince, isRotationDue, type Key, type Keyring } from './keyring.ts';
import type { KeyCaller } from './operation.ts';
import { Problem } from './problem.ts';
import type { Admission } from './restrictions.ts';

const prefix = /^(?<kind>[sp])k_(?<environment>live|test)_/;
const wellFormed = /^[sp]k_(live|test)_[A-Za-z0-9_-]{32}$/;

/** Rejects a key that does not work, whose person is deactivated, or that is restricted to other addresses or pages. */
export function keyAuthenticator(keyring: Keyring): Authenticator {
  return {
    schemes: ['secretKey', 'publishableKey'],
    async identify(req) {
      const key = await keyOf(req, keyring);
      refuseElsewhere(req, key.admission);
      adviseRotation(req, key);
      return { caller: callerOf(key), admission: key.admission };
    },
  };
}

type Known = Key & { prefix: { kind: string; environment: Environment } };

async function keyOf(req: Request, keyring: Keyring): Promise<Known> {
  const { params, now } = req.context;
  const token = bearerToken(req);
  if (!token) throw new Problem('authentication_required');
  const match = prefix.exec(token)?.groups;
  if (!match) throw new Problem('invalid_key_format');
  const key = wellFormed.test(token) ? await keyring.find(token, { teamId: params.teamId }) : undefined;
  if (!key?.isActive) throw new Problem('invalid_api_key');
  if (key.expiresAt && key.expiresAt <= now) throw new Problem('key_expired');
  if (!key.isPersonActive) throw new Problem('account_restricted');
  return { ...key, prefix: match as Known['prefix'] }; // the only values that the pattern matches
}

function callerOf(key: Known): KeyCaller {
  const { id, digest, teamId, permissions, rateLimit, sharedLimits, prefix } = key;
  const { kind, environment } = prefix;
  const type = kind === 's' ? 'secret' : 'publishable';
  return {
    scheme: `${type}Key`,
    keyId: id,
    secretDigest: digest,
    teamId,
    environment,
    type,
    permissions,
    rateLimit,
    sharedLimits,
  };
}

/** The message names the kind of restriction, but not the values that it allows. */
export const restricted = (kind: string): Problem =>
  new Problem('insufficient_permissions', { message: `The API key is restricted by ${kind}.` });

function refuseElsewhere(req: Request, { address, referrer }: Admission): void {
  if (!address(req)) throw restricted('IP address');
  if (!referrer({ referer: req.headers.referer, origin: req.headers.origin })) throw restricted('referrer');
}

function adviseRotation({ context: { now, headers } }: Request, { secretCreatedAt }: Key): void {
  if (isRotationDue(secretCreatedAt, now)) headers['X-Key-Age-Days'] = daysSince(secretCreatedAt, now);
}
