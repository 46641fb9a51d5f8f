// Sessions as the front sees them: those of dashboard users, and those of customers in the chat widget.
import { type Authenticator, bearerToken } from './authenticator.ts';
import type { SessionCaller } from './operation.ts';
import { Problem } from './problem.ts';

/** A session that exists, whether it is valid or not. */
export type Session = Omit<SessionCaller, 'scheme'> & {
  /** Neither ended nor revoked. */
  isActive: boolean;
  /** Whether the user or customer is active. */
  isSubjectActive: boolean;
  expiresAt: Date;
};
/** Finds a session by its token. Undefined for a token that is not one of ours. */
export type Sessions = { find(token: string): Promise<Session | undefined> };

export function sessionAuthenticator(scheme: SessionCaller['scheme'], sessions: Sessions): Authenticator {
  return {
    schemes: [scheme],
    async identify(req) {
      const token = bearerToken(req);
      if (!token)
        throw new Problem('authentication_required', {
          message: 'Missing or invalid Authorization header. Expected: Bearer <token>',
        });
      const session = await sessions.find(token);
      if (!session?.isActive) throw new Problem('invalid_session');
      if (session.expiresAt <= req.context.now) throw new Problem('session_expired');
      if (!session.isSubjectActive) throw new Problem('account_restricted');
      const { sessionId, subjectId, teamId, environment, permissions } = session;
      return { caller: { scheme, sessionId, subjectId, teamId, environment, permissions } };
    },
  };
}
