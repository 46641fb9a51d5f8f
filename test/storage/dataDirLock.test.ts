import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { lockDataDir } from '../../src/storage/embedded/dataDirLock.ts';

const module = JSON.stringify(new URL('../../src/storage/embedded/dataDirLock.ts', import.meta.url).href);
let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

describe('lockDataDir', () => {
  it('rejects a second process and names the directory and the process that holds it', async () => {
    const holder = await lockInChild();
    expect(() => lockDataDir(dataDir)).toThrow(`the data directory ${dataDir} is in use by process ${holder.pid}: `);
    await end(holder);
  });

  it('succeeds immediately after the holder is killed with -9', async () => {
    await end(await lockInChild());
    lockDataDir(dataDir).release();
  });

  it('rejects a second holder in the same process', () => {
    const lock = lockDataDir(dataDir);
    expect(() => lockDataDir(dataDir)).toThrow('in use');
    lock.release();
  });

  it('names the process that holds the lock now, not one that was killed', async () => {
    await end(await lockInChild());
    const holder = await lockInChild();
    expect(() => lockDataDir(dataDir)).toThrow(`process ${holder.pid}: `);
    await end(holder);
  });

  it('succeeds after a release', () => {
    lockDataDir(dataDir).release();
    lockDataDir(dataDir).release();
  });

  it('reports a missing directory as missing', () => {
    expect(() => lockDataDir(join(dataDir, 'missing'))).toThrow('unable to open database file');
  });
});

async function lockInChild(): Promise<ChildProcess> {
  const program = `
    import { lockDataDir } from ${module};
    globalThis.lock = lockDataDir(${JSON.stringify(dataDir)});
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL')); // a child that outlives a failed test keeps the run from ending
  await once(child.stdout, 'data');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
