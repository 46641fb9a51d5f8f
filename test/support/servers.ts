// Three pairs of server and mock for the whole run (vitest's globalSetup): one with limits that no test reaches, one whose
// buckets hold a single request, and one behind a trusted proxy that ends TLS, whose data nobody changes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { type Config, readConfig } from '../../src/config.ts';
import { start } from '../../src/start.ts';
import type { DemoCredentials } from '../../src/storage/demo/credentials.ts';

export type Pair = { server: string; mock: string; demo: DemoCredentials };

declare module 'vitest' {
  interface ProvidedContext {
    open: Pair;
    limited: Pair;
    proxied: Pair;
  }
}

const publicUrl = 'https://api.example.test';
const bucketOf = (requests: number) => ({ requests, windowSeconds: 3600 });
const limitsOf = (requests: number): Config['limits'] => ({
  secret: bucketOf(requests),
  publishable: bucketOf(requests),
  open: bucketOf(requests),
  failed: bucketOf(requests),
});

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [open, limited, proxied] = await Promise.all([
    startPair('open', {}, limitsOf(1_000_000)),
    startPair('limited', {}, limitsOf(1)),
    startPair(
      'proxied',
      { PUBLIC_URL: publicUrl, MOCK_PUBLIC_URL: publicUrl, TRUSTED_PROXIES: 'loopback' },
      { ...limitsOf(2), secret: bucketOf(1_000_000) },
      { timeoutMs: 200 },
    ),
  ]);
  project.provide('open', open.pair);
  project.provide('limited', limited.pair);
  project.provide('proxied', proxied.pair);
  return async () => {
    await Promise.all([open.stop(), limited.stop(), proxied.stop()]);
  };
}

async function startPair(
  name: string,
  env: Record<string, string>,
  limits: Config['limits'],
  bodyLimits: Partial<Config['bodyLimits']> = {},
): Promise<{ pair: Pair; stop(): Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cstar-test-'));
  const database = await ownDatabase(name);
  const standard = readConfig({
    PORT: '0',
    MOCK_PORT: '0',
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    DEMO_DATA: 'true',
    ...env,
  });
  const config: Config = { ...standard, limits, bodyLimits: { ...standard.bodyLimits, ...bodyLimits } };
  const running = await start(config, pino({ level: 'silent' }));
  return {
    pair: { server: running.api.url, mock: running.mock.url, demo: running.demo },
    async stop() {
      await running.stop();
      await database.drop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

/** With TEST_DATABASE_URL the tests run on PostgreSQL, each pair in a database of its own. */
async function ownDatabase(pair: string): Promise<{ url: string | undefined; drop(): Promise<void> }> {
  const { TEST_DATABASE_URL } = process.env;
  if (!TEST_DATABASE_URL) return { url: undefined, async drop() {} };
  const name = `cstar_test_${pair}_${Date.now()}_${process.pid}`;
  const run = async (statement: string) => {
    const client = new pg.Client(TEST_DATABASE_URL);
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await run(`create database ${name}`);
  const url = new URL(TEST_DATABASE_URL);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(`drop database ${name} with (force)`) };
}
