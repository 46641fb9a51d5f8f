// Runs the handlers as a backend of the front. A write is one transaction: idempotency key, change, stored response, audit entries,
// events, commit.
import type { Handlers } from '../generated/stubs.ts';
import { auditHandlers } from './audit/handlers.ts';
import { authHandlers } from './auth/handlers.ts';
import { eventsHandlers } from './events/handlers.ts';
import { healthHandlers } from './health/handlers.ts';
import type { Backend, Call, Finish, Success } from './http/answer.ts';
import type { Author, Change, MakeChange } from './http/changes.ts';
import { type Reply, replyLost, stillUnderWay, usedOtherwise } from './http/idempotency.ts';
import type { Limits } from './http/limits.ts';
import { type Caller, hasKey, isOfTeam } from './http/operation.ts';
import { keysHandlers } from './keys/handlers.ts';
import { leakReports } from './keys/leaks.ts';
import type { Reporters } from './keys/reporters.ts';
import { libraryHandlers } from './library/handlers.ts';
import type { Database, TenantDatabase } from './storage/database.ts';
import { toPrefixed } from './storage/ids.ts';
import { claimKey, keepReply } from './storage/replies.ts';
import type { SecretBox } from './storage/secretBox.ts';
import { teamsHandlers } from './teams/handlers.ts';
import { ticketsHandlers } from './tickets/handlers.ts';

export type Parts = {
  database: Database;
  change: MakeChange;
  isReady: () => Promise<boolean>;
  limits: Limits;
  reporters: Reporters;
};
type Log = { warn(details: object, message: string): void };
type MakeSuccess = (status: number, content?: unknown, headers?: Record<string, string>) => Success;
type AnyHandler = (input: object, reply: MakeSuccess) => Promise<Success>;

export function handlersOf({ database, change, isReady, limits, reporters }: Parts): Handlers {
  return {
    Tickets: ticketsHandlers,
    Events: eventsHandlers,
    Teams: teamsHandlers,
    Keys: keysHandlers(limits, leakReports(database, change, reporters)),
    Audit: auditHandlers,
    Library: libraryHandlers(database),
    Auth: authHandlers(database),
    Health: healthHandlers(isReady),
  };
}

/** @param handlers the handlers of a contract, by tag */
export function handlersBackend(
  handlers: object,
  { database, change, log }: Pick<Parts, 'database' | 'change'> & { log: Log },
  box: SecretBox,
): Backend {
  const byOperation = new Map(
    Object.values(handlers).flatMap((ofTag) => Object.entries(ofTag as Record<string, AnyHandler>)),
  );
  const reply: MakeSuccess = (status, content, headers) => ({ status, content, ...(headers && { headers }) });
  /** The guard has validated the call against its operation. TypeScript cannot derive that from the table. */
  const handle = (call: Call, work: object) =>
    (byOperation.get(call.operation.operationId) as AnyHandler)({ ...call, ...work }, reply); // stubs.ts requires every operation

  return async (call, finish) => {
    const { caller, operation, requestId, now } = call;
    if (!caller) return finish(await handle(call, {}));
    if (operation.isRead) return finish(await handle(call, { db: seenBy(caller, database.of(caller)) }));
    const work = (made: Change) => write(made, { ...call, caller }, finish);
    return change(caller, { actor: actorOf(caller), requestId, now }, work).catch(lockTimeoutAsConflict);
  };

  async function write(made: Change, call: Call & { caller: Caller }, finish: Finish): Promise<Reply> {
    const { repetition, requestId, now } = call;
    const { db } = made;
    const claim = repetition && (await claimKey(db, box, repetition, requestId, now));
    if (claim?.before === 'same') return claim.reply;
    if (claim?.before === 'other') throw usedOtherwise();
    if (claim?.before === 'unreadable') {
      const { requestId: first, cause: err } = claim;
      log.warn({ requestId, first, err }, 'a stored response cannot be decrypted: its encryption key is missing');
      throw replyLost(first);
    }
    const answer = await finish(await handle(call, { ...made, db: seenBy(call.caller, db) }));
    if (repetition) await keepReply(db, box, repetition, answer);
    return answer;
  }
}

const seenBy = (caller: Caller, db: TenantDatabase): TenantDatabase => (isOfTeam(caller) ? db : db.forPublic());

/** Who makes a change, for the audit log. */
function actorOf(caller: Caller): Author['actor'] {
  if (hasKey(caller)) return { type: 'api_key', id: caller.keyId };
  return caller.scheme === 'session'
    ? { type: 'user', id: toPrefixed('usr', caller.subjectId) }
    : { type: 'customer', id: toPrefixed('cus', caller.subjectId) };
}

const lockNotAvailable = '55P03';

/** Another process is handling the same key. */
function lockTimeoutAsConflict(error: unknown): never {
  throw (error as { code?: string }).code === lockNotAvailable ? stillUnderWay() : error;
}
