// Authentication (401), and authorization by the contract's `security` (403).
import type { Request } from 'express';
import type { Environment } from '../storage/tenant.ts';
import { restricted } from './apiKeys.ts';
import type { Authenticator, Identity } from './authenticator.ts';
import type { Stage } from './context.ts';
import { type Caller, hasKey, isOfTeam } from './operation.ts';
import { Problem } from './problem.ts';
import type { Operation } from './router.ts';

/**
 * Identifies the caller with the authenticator of the operation's security scheme.
 * @throws Error if the contract has a security scheme without an authenticator
 */
export function createIdentify(
  authenticators: readonly Authenticator[],
  operations: readonly Operation[],
): (req: Request) => Promise<Identity> {
  const byScheme = new Map(authenticators.flatMap((one) => one.schemes.map((scheme) => [scheme, one])));
  const of = ({ security, operationId }: Operation): Authenticator => {
    const found = byScheme.get(security[0]?.scheme ?? '');
    if (!found)
      throw new Error(`${operationId} has the security scheme ${security[0]?.scheme}, which has no authenticator`);
    return found;
  };
  for (const operation of operations) if (operation.security.length > 0) of(operation);
  return (req) => of(req.context.operation).identify(req);
}
type Identify = ReturnType<typeof createIdentify>;

/**
 * Puts the caller into the context.
 * @param chargeFailure counts a failure against the caller's address; throws if there were too many
 * @throws what the authenticator throws, or what `chargeFailure` throws instead
 */
export const authenticate =
  (identify: Identify, chargeFailure: Stage): Stage =>
  async (req, res) => {
    const { context } = req;
    if (context.operation.security.length === 0) return;
    try {
      const { caller, admission } = await identify(req);
      context.caller = caller;
      context.admission = admission;
    } catch (error) {
      if (error instanceof Problem) await chargeFailure(req, res);
      throw error;
    }
  };

/** Resets the time of the request and identifies the caller again. Rejects with the Problem if the caller has no access any more. */
export const inForce =
  (identify: Identify, clock: () => Date) =>
  async (req: Request): Promise<void> => {
    req.context.now = clock();
    if (req.context.caller) await identify(req);
  };

/** Checks the caller again after the body was received. Receiving it can take ten seconds, in which a key may expire or be revoked. */
export const stillInForce =
  (check: (req: Request) => Promise<void>): Stage =>
  async (req) => {
    if (req.context.raw || req.context.upload) await check(req);
  };

/**
 * Checks team, kind of caller, permission and endpoint, in this order. Compares the team in the path with the caller's team and never
 * looks it up, so that a caller cannot find out which teams exist.
 */
export const authorize: Stage = (req) => {
  const { operation, params, query, caller, admission } = req.context;
  if (!caller) return;
  if (params.teamId !== undefined && params.teamId.toLowerCase() !== caller.teamId)
    throw new Problem('team_access_denied');

  const requirement = operation.security.find(({ scheme }) => scheme === caller.scheme);
  if (!requirement) {
    if (caller.scheme === 'publishableKey' && !operation.isRead) throw readOnly(caller.environment);
    throw new Problem('insufficient_permissions');
  }
  const missing = requirement.permissions.find((permission) => !caller.permissions.includes(permission));
  if (missing)
    throw new Problem('insufficient_permissions', { message: `${subjectOf(caller)} lacks the permission ${missing}.` });
  if (operation.environment && operation.environment !== caller.environment)
    throw new Problem('insufficient_permissions', {
      message: `This operation requires a ${operation.environment} key.`,
    });
  if (admission?.operation(operation) === false) throw restricted('endpoint');
  const secret = isOfTeam(caller) ? undefined : operation.secretQuery.find((name) => name in query);
  if (secret)
    throw new Problem('insufficient_permissions', {
      param: secret,
      message: `'${secret}' is available to secret keys only.`,
    });
};

const subjectOf = (caller: Caller): string => (hasKey(caller) ? 'The API key' : 'The role of the user');

/** These messages are quoted from the source document. */
const readOnly = (environment: Environment): Problem =>
  new Problem('publishable_key_write', {
    message: `Publishable keys (pk_${environment}_) are read-only. Use a secret key (sk_${environment}_) for write operations`,
  });
