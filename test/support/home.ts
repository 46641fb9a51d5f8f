// The data of a server under test: a directory, and with TEST_DATABASE_URL a database on this PostgreSQL.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Config, readConfig } from '../../src/config.ts';
import { start } from '../../src/start.ts';
import type { DemoCredentials } from '../../src/storage/demo/credentials.ts';
import { openStorage } from '../../src/storage/open.ts';
import type { Storage } from '../../src/storage/postgres.ts';
import { ownDatabase } from './database.ts';
import { leakReportKeys } from './partner.ts';
import { recordSql } from './sqlSeen.ts';

export type Home = {
  dataDir: string;
  env: Record<string, string | undefined>;
  /** Opens the database while no server uses it. */
  open(): Promise<Storage>;
  remove(): Promise<void>;
};
export type Pair = { server: string; mock: string; demo: DemoCredentials };
export type RunningPair = { pair: Pair; stop(): Promise<void> };
type Limiting = { limits: Config['limits']; bodyLimits?: Partial<Config['bodyLimits']> };

const silent = pino({ level: 'silent' });
/** In the data directory, which is searched for data that must not be in a log. */
const logIn = (dataDir: string) =>
  pino({ level: 'debug' }, pino.destination({ dest: join(dataDir, 'server.log'), sync: true }));
const bucketOf = (requests: number) => ({ requests, windowSeconds: 3600 });
/** Limits that all have this number of requests. */
export const limitsOf = (requests: number): Config['limits'] => ({
  secret: bucketOf(requests),
  publishable: bucketOf(requests),
  open: bucketOf(requests),
  failed: bucketOf(requests),
});

export async function newHome(): Promise<Home> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cstar-test-'));
  const database = await ownDatabase();
  const encryption = `test:${randomBytes(32).toString('base64')}`;
  const env = { DATA_DIR: dataDir, ...(database.url && { DATABASE_URL: database.url, ENCRYPTION_KEYS: encryption }) };
  return {
    dataDir,
    env,
    open: () => openStorage({ ...readConfig(env), log: silent }),
    async remove() {
      await database.drop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

/** A server and a mock on free ports, with the demo data. */
export async function startPair(
  home: Home,
  { limits, bodyLimits = {} }: Limiting,
  env: Record<string, string> = {},
): Promise<RunningPair> {
  const standard = readConfig({
    PORT: '0',
    MOCK_PORT: '0',
    DEMO_DATA: 'true',
    LEAK_REPORT_KEYS: leakReportKeys,
    GUARD: process.env.GUARD,
    ...home.env,
    ...env,
  });
  const config: Config = {
    ...standard,
    limits,
    mockLimits: limits,
    bodyLimits: { ...standard.bodyLimits, ...bodyLimits },
  };
  const recording = recordSql();
  const { api, mock, demo, stop } = await start(config, logIn(home.dataDir));
  return {
    pair: { server: api.url, mock: mock.url, demo },
    async stop() {
      await stop();
      recording.end();
    },
  };
}
