// The API on a database: keyring, handlers, readiness and usage.

import type { Handlers } from '../generated/stubs.ts';
import { handlersBackend, handlersOf } from './backend.ts';
import { createChanges } from './changes.ts';
import type { Backend } from './http/answer.ts';
import type { MakeChange } from './http/changes.ts';
import type { Keyring } from './http/keyring.ts';
import type { Limits } from './http/limits.ts';
import { storedKeys } from './keys/keyring.ts';
import type { Reporters } from './keys/reporters.ts';
import { createUsageCounter, type UsageCounter } from './keys/usage.ts';
import type { Database } from './storage/database.ts';
import type { SecretBox } from './storage/secretBox.ts';

export type Facts = {
  box: SecretBox;
  limits: Limits;
  reporters: Reporters;
  isReady: () => Promise<boolean>;
  log: { warn(details: object, message: string): void };
  /** Lets a test replace handlers, also by those of another contract. */
  handlers?: (real: Handlers) => object;
};
export type StoredApi = { backend: Backend; keyring: Keyring; meter: UsageCounter; change: MakeChange };

export function storedApi(
  database: Database,
  { box, limits, reporters, isReady, log, handlers = (real) => real }: Facts,
): StoredApi {
  const keyring = storedKeys(database);
  const change = createChanges(database, (events) => {
    for (const { type, resourceId } of events) if (type.startsWith('api_key.')) keyring.forget(resourceId);
  });
  const all = handlers(handlersOf({ database, change, isReady, limits, reporters }));
  const meter = createUsageCounter(database, log);
  return { backend: handlersBackend(all, { database, change, log }, box), keyring, meter, change };
}
