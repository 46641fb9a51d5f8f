// Who calls (401), and whether the contract's `security` lets them (403).
import type { Request, RequestHandler, Response } from 'express';
import type { Environment } from '../storage/tenant.ts';
import { daysSince, isRotationDue, type Key, type Keyring } from './keyring.ts';
import type { Caller } from './operation.ts';
import { Problem } from './problem.ts';
import type { Admission } from './restrictions.ts';

const prefix = /^(?<kind>[sp])k_(?<environment>live|test)_/;
const wellFormed = /^[sp]k_(live|test)_[A-Za-z0-9_-]{32}$/;

/**
 * Puts the caller into the context.
 * @param chargeFailure counts a failure against the caller's address; throws when there were too many
 * @throws 401, 403 when the person behind the key is deactivated or the key is not for this address or page, or what `chargeFailure` throws in their place
 */
export function authenticate(keyring: Keyring, chargeFailure: RequestHandler): RequestHandler {
  return async (req, res, next) => {
    if (req.context.operation.security.length === 0) return next();
    try {
      const key = await keyOf(req, keyring);
      refuseElsewhere(req, key.admission);
      req.context.caller = callerOf(key);
      req.context.admission = key.admission;
      adviseRotation(res, key, req.context.now);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return chargeFailure(req, res, (refused?: unknown) => next(refused ?? error));
    }
    next();
  };
}

/** A body may take ten seconds to arrive: what ended meanwhile does nothing any more, and what is done is done now. */
export function stillInForce(keyring: Keyring, clock: () => Date): RequestHandler {
  return async (req, _res, next) => {
    if (!req.context.raw) return next();
    req.context.now = clock();
    if (req.context.caller) await keyOf(req, keyring);
    next();
  };
}

type Known = Key & { prefix: { kind: string; environment: Environment } };

async function keyOf(req: Request, keyring: Keyring): Promise<Known> {
  const { params, now } = req.context;
  const given = req.headersDistinct.authorization ?? [];
  const token = given.length === 1 ? /^bearer +(\S+)$/i.exec(given[0] ?? '')?.[1] : undefined;
  if (!token) throw new Problem('authentication_required');
  const match = prefix.exec(token)?.groups;
  if (!match) throw new Problem('invalid_key_format');
  const key = wellFormed.test(token) ? await keyring.find(token, { teamId: params.teamId }) : undefined;
  if (!key?.isActive) throw new Problem('invalid_api_key');
  if (key.expiresAt && key.expiresAt <= now) throw new Problem('key_expired');
  if (!key.isPersonActive) throw new Problem('account_restricted');
  return { ...key, prefix: match as Known['prefix'] }; // the pattern admits no other
}

function callerOf(key: Known): Caller {
  const { id, digest, teamId, permissions, rateLimit, sharedLimits, prefix } = key;
  const { kind, environment } = prefix;
  return {
    keyId: id,
    secretDigest: digest,
    teamId,
    environment,
    type: kind === 's' ? 'secret' : 'publishable',
    permissions,
    rateLimit,
    sharedLimits,
  };
}

/** The message names the kind of restriction and not what would be admitted. */
const restricted = (kind: string): Problem =>
  new Problem('insufficient_permissions', { message: `The API key is restricted by ${kind}.` });

function refuseElsewhere(req: Request, { address, referrer }: Admission): void {
  if (!address(req.ip)) throw restricted('IP address');
  if (!referrer({ referer: req.headers.referer, origin: req.headers.origin })) throw restricted('referrer');
}

function adviseRotation(res: Response, { secretCreatedAt }: Key, now: Date): void {
  if (isRotationDue(secretCreatedAt, now)) res.setHeader('X-Key-Age-Days', daysSince(secretCreatedAt, now));
}

/** Team, kind of key, permission, endpoint. Compares the path with the key and never looks a team up, so that nothing can be learnt of other teams. */
export const authorize: RequestHandler = (req, _res, next) => {
  const { operation, params, caller, admission } = req.context;
  if (!caller) return next();
  if (params.teamId !== undefined && params.teamId.toLowerCase() !== caller.teamId)
    throw new Problem('team_access_denied');

  const requirement = operation.security.find(({ scheme }) => scheme === `${caller.type}Key`);
  if (!requirement) {
    if (caller.type === 'publishable' && operation.method !== 'GET') throw readOnly(caller.environment);
    throw new Problem('insufficient_permissions');
  }
  const missing = requirement.permissions.find((permission) => !caller.permissions.includes(permission));
  if (missing)
    throw new Problem('insufficient_permissions', { message: `The API key lacks the permission ${missing}.` });
  if (operation.environment && operation.environment !== caller.environment)
    throw new Problem('insufficient_permissions', {
      message: `This operation requires a ${operation.environment} key.`,
    });
  if (!admission?.operation(operation)) throw restricted('endpoint');
  const secret = caller.type === 'secret' ? undefined : operation.secretQuery.find((name) => name in req.query);
  if (secret)
    throw new Problem('insufficient_permissions', {
      param: secret,
      message: `'${secret}' is available to secret keys only.`,
    });
  next();
};

/** The words of the source document. */
const readOnly = (environment: Environment): Problem =>
  new Problem('publishable_key_write', {
    message: `Publishable keys (pk_${environment}_) are read-only. Use a secret key (sk_${environment}_) for write operations`,
  });
