// Identifies callers: one interface, with an implementation for API keys and one for sessions.
import type { Request } from 'express';
import type { Caller } from './operation.ts';
import type { Admission } from './restrictions.ts';
import { timesSent } from './timesSent.ts';

export type Authenticator = {
  /** The security schemes of the contract whose callers it identifies. */
  schemes: readonly string[];
  /**
   * Identifies the caller of a request by its header `Authorization`. May add headers to `req.context.headers`.
   * @throws 401 for a caller that is not identified, 403 for one that is not allowed here
   */
  identify(req: Request): Promise<Identity>;
};
/** `admission` restricts where and for what an API key works. */
export type Identity = { caller: Caller; admission?: Admission };

/** The token of the header `Authorization: Bearer <token>`. Undefined without exactly one. */
export function bearerToken(req: Request): string | undefined {
  const given = req.headers.authorization; // the first one
  return given !== undefined && timesSent(req, 'authorization') === 1 ? /^bearer +(\S+)$/i.exec(given)?.[1] : undefined;
}
