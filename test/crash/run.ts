// `node test/crash/run.ts --kills 100 --store embedded|postgres` kills a server at random moments of mixed writes and
// restarts it on the same data. No acknowledged write may be lost, and no write may be partial. Prints the counts.
import { randomBytes, randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { openStorage } from '../../src/storage/open.ts';
import { ownDatabase } from '../support/database.ts';
import { type Counts, checkAfterwards } from './afterwards.ts';
import { forkServer, killed, type ServerEnv, type ServerProcess, startServer } from './child.ts';
import { type Target, type World, writeUntilGone } from './load.ts';
import { problemsOfStore } from './wholeStore.ts';

export type Result = Counts & { kills: number; killsWhileStarting: number };

const connections = 6;
const writingMsMax = 700;
const startingMsMax = 1500;

/**
 * Kills a server repeatedly, every tenth time while it starts.
 * @param postgresUrl a PostgreSQL server; undefined means the embedded store
 * @throws Error with every violation
 */
export async function crash(kills: number, postgresUrl: string | undefined): Promise<Result> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cstar-crash-'));
  const database = postgresUrl ? await ownDatabase(postgresUrl) : undefined;
  const env: ServerEnv = {
    DATA_DIR: dataDir,
    ...(database?.url && {
      DATABASE_URL: database.url,
      ENCRYPTION_KEYS: `crash:${randomBytes(32).toString('base64')}`,
    }),
  };
  try {
    const result = await killAgainAndAgain(kills, env);
    const problems = await inStore(database?.url, dataDir);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return result;
  } finally {
    await database?.drop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function killAgainAndAgain(kills: number, env: ServerEnv): Promise<Result> {
  const world: World = { tickets: [], words: 0 };
  const result: Result = { kills: 0, killsWhileStarting: 0, ...noCounts };
  let last = 0;
  let server = await startServer(env);
  try {
    while (result.kills < kills) {
      const target = targetOf(server);
      const answered = Promise.withResolvers<void>();
      const writing = writeUntilGone(target, world, connections, answered.resolve);
      await Promise.race([answered.promise, writing]); // the first requests wait for code that is compiled on first use
      await wait(randomInt(writingMsMax));
      await server.kill();
      const sent = await writing;
      result.kills++;
      if (result.kills % 10 === 9) {
        await killWhileStarting(env);
        result.kills++;
        result.killsWhileStarting++;
      }
      server = await startServer(env);
      const checked = await checkAfterwards(targetOf(server), sent, last);
      last = checked.last;
      for (const name of Object.keys(noCounts) as (keyof Counts)[]) result[name] += checked.counts[name];
    }
    return result;
  } finally {
    await server.kill();
  }
}

const noCounts: Counts = {
  acknowledged: 0,
  replayed: 0,
  unansweredDone: 0,
  unansweredUndone: 0,
  refused: 0,
  events: 0,
};

const targetOf = ({ url, demo }: ServerProcess): Target => ({
  url,
  teamId: demo.teams[0].id,
  key: demo.teams[0].keys.secretTest,
});

async function killWhileStarting(env: ServerEnv): Promise<void> {
  const child = forkServer(env);
  await wait(randomInt(startingMsMax));
  await killed(child);
}

async function inStore(databaseUrl: string | undefined, dataDir: string): Promise<string[]> {
  const log = pino({ level: 'silent' });
  const { pool, close } = await openStorage({ databaseUrl, dataDir, statementTimeoutMs: 120_000, log });
  try {
    return await problemsOfStore(pool);
  } finally {
    await close();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { kills: { type: 'string', default: '100' }, store: { type: 'string', default: 'embedded' } },
  });
  const { TEST_DATABASE_URL } = process.env;
  if (!['embedded', 'postgres'].includes(values.store)) throw new Error('--store is embedded or postgres');
  if (values.store === 'postgres' && !TEST_DATABASE_URL) throw new Error('TEST_DATABASE_URL names the server to use');
  const counts = await crash(Number(values.kills), values.store === 'postgres' ? TEST_DATABASE_URL : undefined);
  console.log(values.store, counts);
}
