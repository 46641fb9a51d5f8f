// SIGTERM: running requests and requests within the grace period receive their responses, and then the process ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type DemoCredentials, demoCredentials } from '../../src/storage/demo/credentials.ts';
import { answerOn, connectTo } from './socket.ts';

let child: ChildProcess | undefined;
afterEach(() => void child?.kill('SIGKILL'));

/** `npm start` in an empty directory, on free ports. */
async function startProcess(
  dataDir: string,
  STOP_GRACE_MS: string,
): Promise<{ urls: [api: string, mock: string]; demo: DemoCredentials }> {
  const settings = { PORT: '0', MOCK_PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent', STOP_GRACE_MS };
  child = spawn(process.execPath, ['src/main.ts'], {
    env: { ...process.env, ...settings, DATABASE_URL: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const text of child.stdout?.setEncoding('utf8') ?? []) {
    said += text;
    if (said.includes('curl')) break;
  }
  const [apiUrl = '', mockUrl = ''] = [...said.matchAll(/^(?:API|Mock) +(\S+)$/gm)].map(([, url]) => url);
  return { urls: [apiUrl, mockUrl], demo: demoCredentials(dataDir, { apiUrl, mockUrl }) };
}

/** Resolves when the server accepts no more connections. */
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

test('a stop finishes running requests, accepts no new ones and exits with code 0', { timeout: 60_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cstar-stop-'));
  const { urls, demo } = await startProcess(dataDir, '0');
  const [api, mock] = urls;
  const [{ id, keys }] = demo.teams;
  const head = `GET /api/v1/teams/${id}/tickets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${keys.secretTest}\r\n`;

  // Three waiting connections: one between two requests, one that has sent nothing, and one with a slow response.
  const idle = connectTo(api);
  idle.write(`${head}\r\n`);
  await answerOn(idle);
  const silent = connectTo(api);
  await once(silent, 'connect');
  const slow = connectTo(mock);
  slow.write(`GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n${head}Prefer: wait=1500\r\n\r\n`);
  await once(slow, 'data'); // the first of two: the second is running
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

type Seen = { status: number | undefined; closes: boolean };

/** One request by this agent, which keeps its connections alive. Rejects if the connection breaks. */
const ask = (url: string, agent: Agent, headers: Record<string, string> = {}): Promise<Seen> =>
  new Promise((resolve, reject) => {
    get(url, { agent, headers }, (res) => {
      const closes = res.headers.connection === 'close';
      res.resume().once('end', () => resolve({ status: res.statusCode, closes }));
    }).once('error', reject);
  });

test('32 callers with kept-alive connections lose no request during a stop', { timeout: 60_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cstar-stop-'));
  const { urls, demo } = await startProcess(dataDir, '2500');
  const headers = { Authorization: `Bearer ${demo.teams[0].keys.secretTest}` };
  const exited = once(child as ChildProcess, 'exit');
  const count = { before: 0, within: 0, closing: 0, dropped: 0 };
  let isStopping = false;

  /**
   * Sends requests without a pause until the response closes the connection and readiness returns 503, like the health
   * check of a load balancer.
   */
  const caller = async (url: string) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let leaves = false; !leaves; ) {
      const seen = await ask(`${url}/api/v1/auth/whoami`, agent, headers).catch(() => undefined);
      if (!seen) count.dropped++;
      else count[isStopping ? 'within' : 'before']++;
      if (seen?.closes) count.closing++;
      if (isStopping) leaves = (await ask(`${urls[0]}/readyz`, agent)).status === 503 && seen?.closes === true;
    }
    agent.destroy();
  };
  /** A connection that is idle since before the stop. Its next request arrives during the grace period. */
  const kept = Array.from({ length: 32 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  for (const agent of kept) expect(await ask(`${urls[0]}/healthz`, agent)).toEqual({ status: 200, closes: false });

  const callers = Array.from({ length: 32 }, (_, i) => caller(urls[i % 2] as string));
  await expect.poll(() => count.before, { timeout: 20_000 }).toBeGreaterThan(200);
  isStopping = true;
  child?.kill('SIGTERM');
  await Promise.all(callers);
  const late = await Promise.all(kept.map((agent) => ask(`${urls[0]}/healthz`, agent).catch(() => 'dropped')));
  console.log(
    `${JSON.stringify(count)}, kept connections dropped ${late.filter((one) => one === 'dropped').length} of 32`,
  );
  expect(late).toEqual(Array(32).fill({ status: 200, closes: true }));
  expect(count.dropped).toBe(0);
  expect(count.closing).toBeGreaterThanOrEqual(32);
  expect(await exited).toEqual([0, null]);
  for (const agent of kept) agent.destroy();
  rmSync(dataDir, { recursive: true });
});

test('SIGINT stops the server without the grace period', { timeout: 60_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cstar-stop-'));
  await startProcess(dataDir, '600000');
  const exited = once(child as ChildProcess, 'exit');
  child?.kill('SIGINT');
  expect(await exited).toEqual([0, null]);
  rmSync(dataDir, { recursive: true });
});
