// Servers on a store of the test's own, with what they count in reach, and a keyring that can be held up.
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
  /** Writes what was counted until now. */
  flush(): Promise<void>;
  stop(): Promise<void>;
};

/** A server on a store; there can be several, each with a key cache and counters of its own. */
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

/** The next key look-up waits with what it has read. `read` tells that it has; `release` lets it go on. */
type Hold = { read: Promise<void>; release(): void };

/** A database whose key look-ups can be held up, one for each `hold`. */
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
