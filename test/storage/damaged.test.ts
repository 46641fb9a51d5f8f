// A fault in a directory or a schema is reported in one line that names it, and nothing is overwritten.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { demoCredentials } from '../../src/storage/demo/credentials.ts';
import { openEmbedded } from '../../src/storage/embedded/open.ts';
import { encryptionKeysOf } from '../../src/storage/encryptionKeys.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openOwnStore } from '../idempotency/ownServer.ts';

const log = pino({ level: 'silent' });
const open = (dataDir: string) => openEmbedded({ dataDir, statementTimeoutMs: 5_000, log });
let fresh: string;
let dataDir: string;

beforeAll(async () => {
  fresh = mkdtempSync(join(tmpdir(), 'cstar-fresh-'));
  await (await open(fresh)).close();
}, 60_000);
afterAll(() => rmSync(fresh, { recursive: true, force: true }));
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'cstar-damaged-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const emptied = (folder: string) => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
};

describe('a database directory', () => {
  test.each<[string, (pg: string) => void]>([
    ['whose control file is cut', (pg) => truncateSync(join(pg, 'global/pg_control'), 100)],
    ['of another version', (pg) => writeFileSync(join(pg, 'PG_VERSION'), '9\n')],
    ['without its data', (pg) => rmSync(join(pg, 'base'), { recursive: true })],
    ['that is empty', emptied],
  ])('%s is rejected by name, and unlocked again', { timeout: 60_000 }, async (_, spoil) => {
    cpSync(fresh, dataDir, { recursive: true });
    spoil(join(dataDir, 'pg'));
    for (const _again of [1, 2])
      await expect(open(dataDir)).rejects.toThrow(
        new RegExp(`^the database in ${dataDir} cannot be opened \\(.+\\)\\. If it is damaged, restore the directory`),
      );
  });

  test('ends the start with exit code 1 and a one-line message', { timeout: 60_000 }, () => {
    cpSync(fresh, join(dataDir, 'database'), { recursive: true });
    truncateSync(join(dataDir, 'database/pg/global/pg_control'), 100);
    const env = { ...process.env, DATA_DIR: dataDir, PORT: '0', MOCK_PORT: '0', DATABASE_URL: '', LOG_LEVEL: 'silent' };
    const { status, stderr } = spawnSync(process.execPath, ['src/main.ts'], { env, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(join(dataDir, 'database'))]);
  });
});

describe('demo.json', () => {
  test.each([
    ['is cut off', '{"teams": ['],
    ['is empty', ''],
    ['is no object', 'null'],
    ['has one team', '{"teams": [{"id": "1", "slug": "a", "name": "A", "keys": {}}]}'],
    ['has a team without a name', JSON.stringify({ teams: Array(2).fill({ id: '1', slug: 'a', keys: {} }) })],
    [
      'has a key that is no text',
      JSON.stringify({ teams: Array(2).fill({ id: '1', slug: 'a', name: 'A', keys: { a: 1 } }) }),
    ],
  ])('that %s is rejected by name and not changed', (_, text) => {
    const file = join(dataDir, 'demo.json');
    writeFileSync(file, text);
    expect(() => demoCredentials(dataDir, {})).toThrow(`${file} is damaged`);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test('of an earlier version without keys receives them', () => {
    const { teams } = demoCredentials(dataDir, {});
    const old = { teams: teams.map(({ keys: _, ...team }) => team) };
    writeFileSync(join(dataDir, 'demo.json'), JSON.stringify(old));
    expect(demoCredentials(dataDir, {}).teams[0].keys.secretTest).toMatch(/^sk_test_/);
  });
});

test('an unreadable file of encryption keys is reported by name', () => {
  const file = join(dataDir, 'encryption-keys');
  writeFileSync(file, 'broken');
  const config = { encryptionKeys: undefined, databaseUrl: undefined, dataDir };
  expect(() => encryptionKeysOf(config)).toThrow(`${file} cannot be read: `);
});

test('a newer database schema is rejected with both versions and the action to take', {
  timeout: 60_000,
}, async () => {
  const store = await openOwnStore();
  const run = async () => {
    const client = await store.pool.connect();
    await migrate(client).finally(() => client.release());
  };
  try {
    await store.pool.query("insert into migrations values ('998_later.sql', now()), ('999_last.sql', now())");
    await expect(run()).rejects.toThrow(
      /998_later\.sql, 999_last\.sql.*[Ss]tart the newer version, or restore a backup/,
    );
    await store.pool.query("delete from migrations where name > '9'");
    await run();
  } finally {
    await store.close();
  }
});
