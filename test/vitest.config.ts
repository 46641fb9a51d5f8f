import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// The directory in which the judge of every test process records responses for the coverage test.
process.env.SEEN_DIR ??= ownFolder('seen');
// The directory in which the servers of a run leave records for its last tests.
process.env.RUN_DIR ??= ownFolder('run');
const onPostgres = process.env.TEST_DATABASE_URL !== undefined;
// These tests read the records of all others.
const last = ['test/sql.test.ts', 'test/secrets.test.ts', ...(onPostgres ? [] : ['test/coverage.test.ts'])];
// These tests give the same result on every store, so a run on PostgreSQL leaves them out.
const storeless = [
  'test/{awkward,browser,docs,http,judges,mock,openapi,web}/**',
  'test/contract/{audience,front*,mock*}.test.ts',
  'test/limits/{clock,limits,redisAway}.test.ts',
  'test/{config,coverage,rules}.test.ts',
  'test/storage/{dataDirLock,embedded,encryptionKeys,secretBox}.test.ts',
  'test/crash/oneWriter.test.ts',
];

/** Removed when the process that runs all tests ends. */
function ownFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `cstar-${name}-`));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export default defineConfig(({ mode }) => {
  if (mode === 'all') process.env.TEST_ALL = 'true'; // test/support/sample.ts
  return {
    test: {
      maxWorkers: Math.max(2, availableParallelism() - 1), // tests often wait, so one worker would leave a core idle
      projects: [
        {
          test: {
            name: 'tests',
            root: '.',
            include: ['test/**/*.test.ts'],
            exclude: [...last, ...(onPostgres ? storeless : [])],
            globalSetup: 'test/support/servers.ts',
            testTimeout: 20_000,
            hookTimeout: 60_000,
            // Not 0, because with a single worker (two cores) vitest runs group 0 after all others.
            sequence: { groupOrder: 1 },
          },
        },
        {
          test: {
            name: 'coverage',
            root: '.',
            include: last,
            sequence: { groupOrder: 2 },
          },
        },
      ],
    },
  };
});
