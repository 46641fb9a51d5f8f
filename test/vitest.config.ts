import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Where the judge of every test process writes down what it saw, and the coverage test reads it.
process.env.SEEN_DIR ??= mkdtempSync(join(tmpdir(), 'cstar-seen-'));

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'tests',
          root: '.',
          include: ['test/**/*.test.ts'],
          exclude: ['test/coverage.test.ts'],
          globalSetup: 'test/support/servers.ts',
          testTimeout: 20_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'coverage',
          root: '.',
          include: ['test/coverage.test.ts'],
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
