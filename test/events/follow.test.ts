// A follower with `after` receives every event exactly once and in order, during writes by others.
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startServer } from '../crash/child.ts';
import { openOwnStore, serve } from '../idempotency/ownServer.ts';
import { open } from '../support/client.ts';
import { ownDatabase } from '../support/database.ts';
import type { Node } from '../support/judge.ts';
import { writeEvents } from './writer.ts';

type Reader = { url: string; teamId: string; key: string };
const { TEST_DATABASE_URL } = process.env;
const undo: (() => unknown)[] = [];
afterEach(async () => {
  while (undo.length > 0) await undo.pop()?.();
});

async function ask({ url, teamId, key }: Reader, path: string, body?: object): Promise<Node> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(`${url}/api/v1/teams/${teamId}${path}`, {
    headers,
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  return (await response.json()) as Node;
}

/** An event of a ticket, whose data the written events copy. Its number is 1. */
async function firstEvent(reader: Reader): Promise<Node> {
  await ask(reader, '/tickets', { title: 'The first' });
  const { data } = await ask(reader, '/events');
  expect(data.map(({ sequence }: Node) => sequence)).toEqual([1]);
  return data[0];
}

/** Reads until everything is written and no events are left. */
async function follow(reader: Reader, writing: Promise<unknown>): Promise<{ seen: Node[]; reads: number }> {
  const seen: Node[] = [];
  let reads = 0;
  let isWritten = false;
  const written = writing.then(() => {
    isWritten = true;
  });
  for (let isOver = false; !isOver; reads++) {
    const isLast = isWritten; // checked before the read: everything written until now can be read
    const { data } = await ask(reader, `/events?pageSize=100&after=${seen.at(-1)?.sequence ?? 1}`);
    seen.push(...data);
    isOver = isLast && data.length === 0;
  }
  await written;
  return { seen, reads };
}

function expectAll(seen: Node[], names: string[], each: number): void {
  expect(seen.map(({ sequence }) => sequence)).toEqual(Array.from({ length: names.length * each }, (_, i) => i + 2));
  const expected = names.flatMap((name) => Array.from({ length: each }, (_, i) => `${name} ${i}`));
  expect(seen.map(({ data }) => data.ticket.title).sort()).toEqual(expected.sort());
}

test('a follower receives 1,000 events of two writers in one process once and in order, on the embedded store', {
  timeout: 60_000,
}, async () => {
  const store = await openOwnStore('');
  undo.push(store.close);
  const { url, stop } = await serve(store);
  undo.push(stop);
  const [{ id: teamId, keys }] = open.demo.teams;
  const reader = { url, teamId, key: keys.secretTest };
  const { data } = await firstEvent(reader);
  const names = ['one', 'other'];
  const tenant = { teamId, environment: 'test' as const };
  const writing = Promise.all(names.map((name) => writeEvents(store.database, tenant, { name, count: 500, data })));
  const { seen, reads } = await follow(reader, writing);
  console.log(`${seen.length} events seen in ${reads} reads`);
  expectAll(seen, names, 500);
});

test.skipIf(!TEST_DATABASE_URL)(
  'a follower receives 10,000 events of two processes once and in order, on PostgreSQL (skipped without TEST_DATABASE_URL)',
  { timeout: 180_000 },
  async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'cstar-follow-'));
    undo.push(() => rmSync(dataDir, { recursive: true }));
    const { url: databaseUrl = '', drop } = await ownDatabase(TEST_DATABASE_URL);
    undo.push(drop);
    const ENCRYPTION_KEYS = `one:${randomBytes(32).toString('base64')}`;
    const server = await startServer({ DATA_DIR: dataDir, DATABASE_URL: databaseUrl, ENCRYPTION_KEYS });
    undo.push(server.kill);
    const [{ id: teamId, keys }] = server.demo.teams;
    const reader = { url: server.url, teamId, key: keys.secretTest };
    const { data } = await firstEvent(reader);
    const names = ['one', 'other'];
    const writers = names.map((name) =>
      fork(join(import.meta.dirname, 'writer.ts'), [databaseUrl, name, '5000', teamId, JSON.stringify(data)]),
    );
    undo.push(() => writers.map((writer) => writer.kill('SIGKILL')));
    const writing = Promise.all(
      writers.map(async (writer) => {
        const [code] = await once(writer, 'exit');
        if (code !== 0) throw new Error(`a writer ended with ${code}`);
      }),
    );
    const { seen, reads } = await follow(reader, writing);
    console.log(`${seen.length} events seen in ${reads} reads`);
    expectAll(seen, names, 5000);
  },
);
