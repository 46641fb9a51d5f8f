// A long statement: the process responds, the statement ends at its limit, and later requests succeed.

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoTeam } from '../../src/demoTeam.ts';
import { standardLimits } from '../../src/http/limits.ts';
import { reportersOf } from '../../src/keys/reporters.ts';
import { createDatabase } from '../../src/storage/database.ts';
import { seedDemo } from '../../src/storage/demo/seed.ts';
import { openEmbedded } from '../../src/storage/embedded/open.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { createSecretBox } from '../../src/storage/secretBox.ts';
import { storedApi } from '../../src/storedApi.ts';
import { startFront } from '../contract/ownFront.ts';
import { type Backend, open, send } from '../support/client.ts';
import { tickets } from './requests.ts';

const statementTimeoutMs = 5_000;
const endless = 'select count(*) from generate_series(1, 1000000000000)';
const dataDir = mkdtempSync(join(tmpdir(), 'cstar-responsive-'));
let front: Backend & { stop(): Promise<void> };
let pool: pg.Pool;
let close: () => Promise<void>;

beforeAll(async () => {
  const storage = await openEmbedded({ dataDir, statementTimeoutMs, log: { warn: () => undefined } });
  await storage.unlimited(migrate);
  ({ pool, close } = storage);
  const database = createDatabase(pool);
  await seedDemo(database, open.demo, demoTeam, new Date());
  const { backend } = storedApi(database, {
    box: createSecretBox([['test', randomBytes(32)]]),
    limits: standardLimits(60),
    reporters: reportersOf(),
    isReady: () => database.ping().then(() => true),
    log: { warn: () => undefined },
  });
  front = await startFront({
    async backend(call, finish) {
      if (call.operation.operationId === 'listLibraryArticles') await pool.query(endless);
      return backend(call, finish);
    },
  });
}, 30_000);
afterAll(async () => {
  await front.stop();
  await close();
  rmSync(dataDir, { recursive: true });
});

test('/healthz responds during a long statement, which ends at its limit with 503', async () => {
  for (const path of [tickets, '/healthz', '/api/library/acme/articles?page=0']) await send(front, path); // the guard compiles on first use
  let isRunning = true;
  const hanging = send(front, '/api/library/acme/articles').finally(() => {
    isRunning = false;
  });
  const queued = send(front, tickets); // waits for the only connection and receives a new one

  const takenMs: number[] = [];
  for (;;) {
    const began = performance.now();
    const health = await send(front, '/healthz');
    if (!isRunning) break;
    takenMs.push(performance.now() - began);
    expect(health.status).toBe(200);
  }
  takenMs.sort((a, b) => a - b);
  const at = (share: number) => takenMs[Math.floor((takenMs.length - 1) * share)]?.toFixed(1);
  console.log(`${takenMs.length} times /healthz during the statement: median ${at(0.5)} ms, worst ${at(1)} ms`);
  expect(takenMs.length).toBeGreaterThan(10);

  const refused = await hanging;
  expect(refused.status).toBe(503);
  expect((await refused.json()).error.code).toBe('service_unavailable');
  expect(refused.headers.get('Retry-After')).toBe('5');
  expect((await queued).status).toBe(200);

  const made = await send(front, tickets, {
    method: 'POST',
    body: '{"title":"After the storm"}',
    headers: { 'Content-Type': 'application/json' },
  });
  expect(made.status).toBe(201);
  const { data } = await made.json();
  expect((await send(front, `${tickets}/${data.id}`)).status).toBe(200);
});
