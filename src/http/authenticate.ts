// Who calls (401), and whether the contract's `security` lets them (403).
import type { Request, RequestHandler } from 'express';
import type { Environment } from '../storage/tenant.ts';
import type { Keyring } from './keyring.ts';
import type { Caller } from './operation.ts';
import { type ErrorCode, Problem } from './problem.ts';

const prefix = /^(?<kind>[sp])k_(?<environment>live|test)_/;
const wellFormed = /^[sp]k_(live|test)_[A-Za-z0-9_-]{32}$/;

/**
 * Puts the caller into the context.
 * @param chargeFailure counts a failure against the caller's address; throws when there were too many
 * @throws 401, or what `chargeFailure` throws in its place
 */
export function authenticate(keyring: Keyring, chargeFailure: RequestHandler): RequestHandler {
  return async (req, res, next) => {
    if (req.context.operation.security.length === 0) return next();
    try {
      req.context.caller = await callerOf(req, keyring);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return chargeFailure(req, res, (refused?: unknown) => next(refused ?? error));
    }
    next();
  };
}

async function callerOf(req: Request, keyring: Keyring): Promise<Caller> {
  const { params, now } = req.context;
  const given = req.headersDistinct.authorization ?? [];
  const token = given.length === 1 ? /^bearer +(\S+)$/i.exec(given[0] ?? '')?.[1] : undefined;
  if (!token) throw unauthorized('authentication_required');
  const match = prefix.exec(token)?.groups;
  if (!match) throw unauthorized('invalid_key_format');
  const key = wellFormed.test(token) ? await keyring.find(token, { teamId: params.teamId }) : undefined;
  if (!key || key.isRevoked) throw unauthorized('invalid_api_key');
  if (key.expiresAt && key.expiresAt <= now) throw unauthorized('key_expired');

  const environment = match.environment as Environment; // the pattern admits no other
  return {
    keyId: key.id,
    teamId: key.teamId,
    environment,
    type: match.kind === 's' ? 'secret' : 'publishable',
    permissions: key.permissions,
  };
}

/** The header of a 401 (RFC 6750, section 3): an error is named only when a token was sent. */
export const challenge = (code: ErrorCode): Record<string, string> => ({
  'WWW-Authenticate': `Bearer realm="cstar"${code === 'authentication_required' ? '' : ', error="invalid_token"'}`,
});

const unauthorized = (code: ErrorCode): Problem => new Problem(code, { headers: challenge(code) });

/** Team, kind of key, permission. Compares the path with the key and never looks a team up, so that nothing can be learnt of other teams. */
export const authorize: RequestHandler = (req, _res, next) => {
  const { operation, params, caller } = req.context;
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
    throw new Problem('insufficient_permissions', { message: `This is for ${operation.environment} keys only.` });
  const secret = caller.type === 'secret' ? undefined : operation.secretQuery.find((name) => name in req.query);
  if (secret)
    throw new Problem('insufficient_permissions', { param: secret, message: `'${secret}' is for secret keys only.` });
  next();
};

/** The words of the source document. */
const readOnly = (environment: Environment): Problem =>
  new Problem('publishable_key_write', {
    message: `Publishable keys (pk_${environment}_) are read-only. Use a secret key (sk_${environment}_) for write operations`,
  });
