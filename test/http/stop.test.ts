// SIGTERM: what is under way is answered, nothing new is taken, and the process ends by itself.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type DemoCredentials, demoCredentials } from '../../src/storage/demo/credentials.ts';
import { answerOn, connectTo } from './socket.ts';

let child: ChildProcess | undefined;
afterEach(() => void child?.kill('SIGKILL'));

/** `npm start` in an empty directory, on free ports. */
async function startProcess(dataDir: string): Promise<{ urls: string[]; demo: DemoCredentials }> {
  child = spawn(process.execPath, ['src/main.ts'], {
    env: { ...process.env, PORT: '0', MOCK_PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent', DATABASE_URL: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const text of child.stdout?.setEncoding('utf8') ?? []) {
    said += text;
    if (said.includes('curl')) break;
  }
  const urls = [...said.matchAll(/^(?:API|Mock) +(\S+)$/gm)].map(([, url]) => url as string); // the pattern has one group
  return { urls, demo: demoCredentials(dataDir, { apiUrl: urls[0], mockUrl: urls[1] as string }) };
}

/** Resolves when the server takes no connection any more. */
async function refused(url: string): Promise<void> {
  for (;;) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (!isOpen) return;
  }
}

test('a stop answers what is under way, takes nothing new and ends with 0', { timeout: 30_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cstar-stop-'));
  const { urls, demo } = await startProcess(dataDir);
  const [api, mock] = urls as [string, string];
  const [{ id, keys }] = demo.teams;
  const head = `GET /api/v1/teams/${id}/tickets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${keys.secretTest}\r\n`;

  // Three connections that wait: one between two requests, one that has said nothing, one whose answer takes a while.
  const idle = connectTo(api);
  idle.write(`${head}\r\n`);
  await answerOn(idle);
  const silent = connectTo(api);
  await once(silent, 'connect');
  const slow = connectTo(mock);
  slow.write(`${head}Prefer: wait=1500\r\nExpect: 100-continue\r\n\r\n`);
  await once(slow, 'data'); // 100: the request is under way
  let isAnswered = false;
  const answer = answerOn(slow).finally(() => {
    isAnswered = true;
  });

  const began = performance.now();
  const hungUp = Promise.all([once(idle, 'close'), once(silent, 'close')]);
  child?.kill('SIGTERM');
  await Promise.all([refused(api), refused(mock), hungUp]);
  expect(isAnswered).toBe(false);
  expect((await answer).status).toBe(200);
  const [code, signal] = await once(child as ChildProcess, 'exit');
  console.log(`stopped in ${Math.round(performance.now() - began)} ms, 1,500 of them for the answer under way`);
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  for (const socket of [idle, silent, slow] satisfies Socket[]) socket.destroy();
  rmSync(dataDir, { recursive: true });
});
