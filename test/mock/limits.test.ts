// The rate limits of a mock that is started as `npm run mock` starts it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { startMock } from '../../src/start.ts';

test.each([
  ['allows 1,000,000 requests by default', {}, '1000000'],
  ['has the limits of the server with MOCK_RATE_LIMITS=server', { MOCK_RATE_LIMITS: 'server' }, '1000'],
])('the mock %s', async (_, settings, limit) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cstar-mock-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const config = readConfig({ MOCK_PORT: '0', DATA_DIR: dataDir, ...settings });
  const { mock, demo, stop } = await startMock(config, pino({ level: 'silent' }));
  onTestFinished(() => stop());
  const headers = { authorization: `Bearer ${demo.teams[0].keys.secretTest}` };
  const response = await fetch(`${mock.url}/api/v1/auth/whoami`, { headers });
  expect([response.status, response.headers.get('X-RateLimit-Limit')]).toEqual([200, limit]);
});
