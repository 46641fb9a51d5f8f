// Servers on a store of the test, with access to their meters, and a keyring that can be paused.
import { pino } from 'pino';
import { standardLimits } from '../../src/http/limits.ts';
import { reportersOf } from '../../src/keys/reporters.ts';
import type { Database } from '../../src/storage/database.ts';
import { createSecretBox } from '../../src/storage/secretBox.ts';
import { type Facts, storedApi } from '../../src/storedApi.ts';
import { startFront } from '../contract/ownFront.ts';
import { newKeys, type OwnStore } from '../idempotency/ownServer.ts';
import type { Backend } from '../support/client.ts';

type Wishes = Partial<Pick<Facts, 'reporters' | 'handlers' | 'log' | 'limits'>> & {
  clock?: () => Date;
  database?: Database;
};
export type OwnApi = Backend & {
  /** Writes the usage counted so far. */
  flush(): Promise<void>;
  stop(): Promise<void>;
};

/** A server on a store. There can be several, each with its own key cache and meters. */
export async function serveKeys(
  store: Pick<OwnStore, 'database'>,
  { clock = () => new Date(), database = store.database, limits, ...others }: Wishes = {},
): Promise<OwnApi> {
  const { meter, ...api } = storedApi(database, {
    box: createSecretBox(newKeys()),
    limits: limits ?? standardLimits(60),
    reporters: reportersOf(),
    isReady: async () => true,
    log: pino({ level: 'silent' }),
    ...others,
  });
  const front = await startFront({ ...api, meter, clock, ...(limits && { limits }) });
  return { ...front, flush: () => meter.flush() };
}

/** Pauses the next key lookup after its read. `read` resolves when it has read, and `release` continues it. */
type Hold = { read: Promise<void>; release(): void };

/** A database whose key lookups can be paused, once per `hold`. */
export function holdable(database: Database): { database: Database; hold(): Hold } {
  let waiting: { whenRead(): void; released: Promise<void> } | undefined;
  const watched = <T extends object>(builder: T): T =>
    new Proxy(builder, {
      get(target, name) {
        const member = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...given: unknown[]) => {
          const result = member.apply(target, given);
          return name === 'executeTakeFirst' ? held(result) : watched(result);
        };
      },
    });
  async function held<T>(result: Promise<T>): Promise<T> {
    const mine = waiting;
    waiting = undefined;
    const row = await result;
    mine?.whenRead();
    await mine?.released;
    return row;
  }
  return {
    database: { ...database, kysely: watched(database.kysely) },
    hold() {
      const read = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      waiting = { whenRead: read.resolve, released: released.promise };
      return { read: read.promise, release: released.resolve };
    },
  };
}
