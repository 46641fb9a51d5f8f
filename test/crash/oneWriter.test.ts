// Two running processes never open the same data directory, and a restart after kill -9 succeeds immediately, even with
// the same process ID.
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { killed } from './child.ts';

type Told = { opened: true; rows: number } | { opened: false; why: string };
const starters = 20;
const rounds = 3;
let dataDir: string;
let children: ChildProcess[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'cstar-writer-'));
  children = [];
});
afterEach(async () => {
  await Promise.all(children.map(killed));
  rmSync(dataDir, { recursive: true, force: true });
});

/** A process that is ready to open the directory. */
async function starter(): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'opener.ts'), [dataDir]);
  children.push(child);
  await once(child, 'message');
  return child;
}

async function open(child: ChildProcess): Promise<Told> {
  child.send('open');
  const [told] = (await once(child, 'message')) as [Told];
  return told;
}

test(`at most one of ${starters} simultaneous starts opens the data directory, and a start after kill -9 succeeds`, {
  timeout: 180_000,
}, async () => {
  let rows = 0;
  for (let round = 0; round < rounds; round++) {
    const racing = await Promise.all(Array.from({ length: starters }, starter));
    const told = await Promise.all(racing.map(open));
    const winners = told.flatMap((one, i) => (one.opened ? [{ child: racing[i] as ChildProcess, ...one }] : []));
    expect(winners.length).toBeLessThanOrEqual(1);
    for (const one of told) if (!one.opened) expect(one.why).toMatch(`the data directory ${dataDir} is in use by `);
    console.log(`round ${round + 1}: ${winners.length} of ${starters} opened it`);
    rows += winners.length;
    for (const { child } of winners) await killed(child);

    const next = await starter();
    expect(await open(next)).toEqual({ opened: true, rows: ++rows });
    expect(await open(await starter())).toMatchObject({ opened: false });
    await killed(next);
  }
});

const program = `
  import { openEmbedded } from ${JSON.stringify(new URL('../../src/storage/embedded/open.ts', import.meta.url).href)};
  const { pool } = await openEmbedded({ dataDir: process.argv[1], statementTimeoutMs: 60000, log: { warn() {} } });
  await pool.query('create table if not exists starts (pid int)');
  await pool.query('insert into starts values ($1)', [process.pid]);
  const { rows } = await pool.query('select pid from starts');
  console.log(JSON.stringify(rows.map(({ pid }) => pid)));
  setInterval(() => {}, 1000);`;
const newNamespace = ['--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc'];
const hasNamespaces = spawnSync('unshare', [...newNamespace, 'true']).status === 0;

/** Opens the directory as process 1 of a new container. Resolves with the process IDs of all openers. */
async function startAsPidOne(): Promise<{ child: ChildProcess; pids: number[] }> {
  const child = spawn('unshare', [...newNamespace, process.execPath, '--eval', program, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, pids: JSON.parse(line) };
}

test.skipIf(!hasNamespaces)(
  'a restart with the same process ID succeeds immediately (skipped if PID namespaces are not available)',
  { timeout: 60_000 },
  async () => {
    const { child, pids } = await startAsPidOne();
    expect(pids).toEqual([1]);
    expect(await open(await starter())).toMatchObject({ opened: false });
    const gone = once(child, 'close'); // both have closed the output: unshare and the process inside
    await killed(child);
    await gone;
    expect((await startAsPidOne()).pids).toEqual([1, 1]);
  },
);
