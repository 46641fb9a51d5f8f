// Identifies callers by their API key.
import type { Request } from 'express';
import { type Authenticator, bearerToken } from './authenticator.ts';
import { daysSince, isRotationDue, type Key, type Keyring } from './keyring.ts';
import type { KeyCaller } from './operation.ts';
import { Problem } from './problem.ts';
import type { Admission } from './restrictions.ts';

const prefix = /^[sp]k_(live|test)_/;
const wellFormed = /^[sp]k_(live|test)_[A-Za-z0-9_-]{32}$/;

/** Rejects a key that does not work, whose person is deactivated, or that is restricted to other addresses or pages. */
export function keyAuthenticator(keyring: Keyring): Authenticator {
  return {
    schemes: ['secretKey', 'publishableKey'],
    async identify(req) {
      const token = tokenOf(req);
      const key = await keyOf(token, req, keyring);
      refuseElsewhere(req, key.admission);
      adviseRotation(req, key);
      return { caller: callerOf(token, key), admission: key.admission };
    },
  };
}

function tokenOf(req: Request): string {
  const token = bearerToken(req);
  if (!token) throw new Problem('authentication_required');
  if (!prefix.test(token)) throw new Problem('invalid_key_format');
  return token;
}

async function keyOf(token: string, { context: { params, now } }: Request, keyring: Keyring): Promise<Key> {
  const key = wellFormed.test(token) ? await keyring.find(token, { teamId: params.teamId }) : undefined;
  if (!key?.isActive) throw new Problem('invalid_api_key');
  if (key.expiresAt && key.expiresAt <= now) throw new Problem('key_expired');
  if (!key.isPersonActive) throw new Problem('account_restricted');
  return key;
}

function callerOf(token: string, { id, digest, teamId, permissions, rateLimit, sharedLimits }: Key): KeyCaller {
  const type = token.startsWith('s') ? 'secret' : 'publishable';
  return {
    scheme: `${type}Key`,
    keyId: id,
    secretDigest: digest,
    teamId,
    environment: token.startsWith('live', 3) ? 'live' : 'test',
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
