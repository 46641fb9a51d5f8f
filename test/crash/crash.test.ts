// A short version of `node test/crash/run.ts`.
import { expect, test } from 'vitest';
import { crash } from './run.ts';

const { TEST_DATABASE_URL } = process.env;
const kills = 5;

test('the embedded store keeps every acknowledged write, and no partial write, when the process is killed', {
  timeout: 180_000,
}, async () => {
  const counts = await crash(kills, undefined);
  console.log('embedded', counts);
  expect(counts.kills).toBe(kills);
  expect(counts.acknowledged).toBeGreaterThan(0);
  expect(counts.events).toBeGreaterThan(0);
});

test.skipIf(!TEST_DATABASE_URL)(
  'PostgreSQL keeps every acknowledged write, and no partial write (skipped without TEST_DATABASE_URL)',
  { timeout: 180_000 },
  async () => {
    const counts = await crash(kills, TEST_DATABASE_URL);
    console.log('postgres', counts);
    expect(counts.kills).toBe(kills);
    expect(counts.acknowledged).toBeGreaterThan(0);
    expect(counts.events).toBeGreaterThan(0);
  },
);
