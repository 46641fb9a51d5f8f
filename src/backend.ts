// The handlers as a backend of the front.
import type { Handlers } from '../generated/stubs.ts';
import { authHandlers } from './auth/handlers.ts';
import { healthHandlers } from './health/handlers.ts';
import type { Backend } from './http/answer.ts';
import { libraryHandlers } from './library/handlers.ts';
import type { Database } from './storage/database.ts';
import { ticketsHandlers } from './tickets/handlers.ts';

type AnyHandler = (input: object, reply: unknown) => ReturnType<Backend>;

export function handlersOf(database: Database, isReady: () => Promise<boolean>): Handlers {
  return {
    Tickets: ticketsHandlers(database),
    Library: libraryHandlers(database),
    Auth: authHandlers(database),
    Health: healthHandlers(isReady),
  };
}

/** The guard has proved that a call fits its operation's input; TypeScript cannot follow that through the table. */
export function handlersBackend(handlers: Handlers): Backend {
  const byOperation = new Map(
    Object.values(handlers).flatMap((ofTag) => Object.entries(ofTag as Record<string, AnyHandler>)),
  );
  const reply = (status: number, content: Record<string, unknown>) => ({ status, content });
  return async (call) => (byOperation.get(call.operation.operationId) as AnyHandler)(call, reply); // stubs.ts asks for every operation
}
