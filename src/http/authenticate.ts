// Authentication (401), and authorization by the contract's `security` (403).
import type { Request, RequestHandler, Response } from 'express';
import type { Environment } from '../storage/tenant.ts';
import { daysSince, isRotationDue, type Key, type Keyring } from './keyring.ts';
import type { Caller } from './operation.ts';
import { Problem } from './problem.ts';
import type { Admission } from './restrictions.ts';

const prefix = /^(?<kind>[sp])k_(?<environment>live|test)_/;
const wellFormed = /^[sp]k_(live|test)_[A-Za-z0-9_-]{32}$/;

/**
 * Identifies the caller and puts it into the context.
 * @param chargeFailure counts a failure against the caller's address; throws if there were too many
 * @throws 401 without a valid key; 403 if the person behind the key is deactivated or a restriction of the key rejects the
 * address or page; or what `chargeFailure` throws instead
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

/** Resets the time of the request and checks the key again. Rejects with the Problem if it does not work any more. */
export const inForce =
  (keyring: Keyring, clock: () => Date) =>
  async (req: Request): Promise<void> => {
    req.context.now = clock();
    if (req.context.caller) await keyOf(req, keyring);
  };

/** Checks the key again after the body was received. Receiving it can take ten seconds, in which the key may expire or be revoked. */
export const stillInForce =
  (check: (req: Request) => Promise<void>): RequestHandler =>
  async (req, _res, next) => {
    if (req.context.raw || req.context.upload) await check(req);
    next();
  };

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
  return { ...key, prefix: match as Known['prefix'] }; // the only values that the pattern matches
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

/** The message names the kind of restriction, but not the values that it allows. */
const restricted = (kind: string): Problem =>
  new Problem('insufficient_permissions', { message: `The API key is restricted by ${kind}.` });

function refuseElsewhere(req: Request, { address, referrer }: Admission): void {
  if (!address(req.ip)) throw restricted('IP address');
  if (!referrer({ referer: req.headers.referer, origin: req.headers.origin })) throw restricted('referrer');
}

function adviseRotation(res: Response, { secretCreatedAt }: Key, now: Date): void {
  if (isRotationDue(secretCreatedAt, now)) res.setHeader('X-Key-Age-Days', daysSince(secretCreatedAt, now));
}

/**
 * Checks team, key type, permission and endpoint, in this order. Compares the team in the path with the key's team and never looks
 * it up, so that a caller cannot find out which teams exist.
 */
export const authorize: RequestHandler = (req, _res, next) => {
  const { operation, params, caller, admission } = req.context;
  if (!caller) return next();
  if (params.teamId !== undefined && params.teamId.toLowerCase() !== caller.teamId)
    throw new Problem('team_access_denied');

  const requirement = operation.security.find(({ scheme }) => scheme === `${caller.type}Key`);
  if (!requirement) {
    if (caller.type === 'publishable' && !operation.isRead) throw readOnly(caller.environment);
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

/** These messages are quoted from the source document. */
const readOnly = (environment: Environment): Problem =>
  new Problem('publishable_key_write', {
    message: `Publishable keys (pk_${environment}_) are read-only. Use a secret key (sk_${environment}_) for write operations`,
  });
