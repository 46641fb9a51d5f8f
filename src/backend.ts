// The handlers as a backend of the front. A write is one transaction: the key that makes it happen once, the change, the
// answer, the events, commit.
import type { Handlers } from '../generated/stubs.ts';
import { authHandlers } from './auth/handlers.ts';
import { appendEvents } from './events/eventStore.ts';
import { eventsHandlers } from './events/handlers.ts';
import { healthHandlers } from './health/handlers.ts';
import type { Backend, Call, Finish, Success } from './http/answer.ts';
import type { Emit, NewEvent } from './http/events.ts';
import { type Reply, stillUnderWay, usedOtherwise } from './http/idempotency.ts';
import type { Caller } from './http/operation.ts';
import { libraryHandlers } from './library/handlers.ts';
import type { Database, TenantDatabase } from './storage/database.ts';
import { claimKey, keepReply } from './storage/replies.ts';
import type { SecretBox } from './storage/secretBox.ts';
import { teamsHandlers } from './teams/handlers.ts';
import { ticketsHandlers } from './tickets/handlers.ts';

type AnyHandler = (input: object, reply: (status: number, content: Success['content']) => Success) => Promise<Success>;

export function handlersOf(database: Database, isReady: () => Promise<boolean>): Handlers {
  return {
    Tickets: ticketsHandlers,
    Events: eventsHandlers,
    Teams: teamsHandlers,
    Library: libraryHandlers(database),
    Auth: authHandlers(database),
    Health: healthHandlers(isReady),
  };
}

export function handlersBackend(handlers: Handlers, database: Database, box: SecretBox): Backend {
  const byOperation = new Map(
    Object.values(handlers).flatMap((ofTag) => Object.entries(ofTag as Record<string, AnyHandler>)),
  );
  const reply = (status: number, content: Success['content']) => ({ status, content });
  /** The guard has proved that a call fits its operation's input; TypeScript cannot follow that through the table. */
  const handle = (call: Call, work: object) =>
    (byOperation.get(call.operation.operationId) as AnyHandler)({ ...call, ...work }, reply); // stubs.ts asks for every operation

  return async (call, finish) => {
    const { caller, operation } = call;
    if (!caller) return finish(await handle(call, {}));
    if (operation.method === 'GET') return finish(await handle(call, { db: database.of(caller) }));
    return database.write(caller, (db) => write(db, { ...call, caller }, finish)).catch(lockTimeoutAsConflict);
  };

  async function write(db: TenantDatabase, call: Call & { caller: Caller }, finish: Finish): Promise<Reply> {
    const { repetition, requestId, now } = call;
    const claim = repetition && (await claimKey(db, box, repetition, requestId, now));
    if (claim?.before === 'same') return claim.reply;
    if (claim?.before === 'other') throw usedOtherwise();
    const events: NewEvent[] = [];
    const emit: Emit = (type, resourceId, data) => void events.push({ type, resourceId, data });
    const answer = await finish(await handle(call, { db, emit }));
    if (repetition) await keepReply(db, box, repetition, answer);
    await appendEvents(db, events, requestId, now); // last, because it takes the lock that all of the tenant's writes need
    return answer;
  }
}

const lockNotAvailable = '55P03';

/** Another process works on the same key. */
function lockTimeoutAsConflict(error: unknown): never {
  throw (error as { code?: string }).code === lockNotAvailable ? stillUnderWay() : error;
}
