// The complete program: twice on one PostgreSQL and one Redis, as behind a load balancer, and once with an unavailable
// Redis.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DemoCredentials } from '../../src/storage/demo/credentials.ts';
import type { Backend } from '../support/client.ts';
import { type Home, newHome } from '../support/home.ts';
import { ask, askAtOnce, back, down, expectExactly, expectLog, messageOf } from './limited.ts';
import { missingRedis, type RedisServer, startRedis } from './redisServer.ts';

type Program = Backend & { messages: string[]; end(signal: NodeJS.Signals): Promise<number | null> };

let home: Home;
let redis: RedisServer;
let undo: (() => Promise<unknown>)[];
beforeEach(async () => {
  undo = [];
  if (missingRedis) return;
  home = await newHome();
  undo.push(home.remove);
  redis = await startRedis();
  undo.push(redis.remove);
});
afterEach(async () => {
  for (const one of undo.reverse()) await one();
});

/** Resolves when it accepts requests. */
async function startProgram(): Promise<Program> {
  const env = { ...process.env, ...home.env, DEMO_DATA: 'true', REDIS_URL: redis.url, PORT: '0', MOCK_PORT: '0' };
  const child = spawn(process.execPath, ['src/main.ts'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    }
    return child.exitCode;
  };
  undo.push(() => end('SIGKILL'));
  const messages: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const greeting = /^API +(\S+)$/.exec(line)?.[1];
      if (greeting) resolve(greeting);
      const message = line.startsWith('{') && messageOf(line);
      if (message) messages.push(message);
    });
    child.once('exit', (code, signal) => reject(new Error(`the program ended with ${code ?? signal}`)));
  });
  return { name: 'server', url, messages, end };
}

const { TEST_DATABASE_URL } = process.env;
const skipped = missingRedis ? ` (${missingRedis})` : '';
const demoKeys = () => {
  const { teams }: DemoCredentials = JSON.parse(readFileSync(join(home.dataDir, 'demo.json'), 'utf8'));
  return teams[0].keys;
};

test.skipIf(missingRedis || !TEST_DATABASE_URL)(
  `two processes together accept 1,000 of 1,100 requests, on PostgreSQL (skipped without TEST_DATABASE_URL)${skipped}`,
  { timeout: 60_000 },
  async () => {
    const programs = [await startProgram(), await startProgram()]; // one after the other: the first one creates the tables
    for (const { messages } of programs) await expectLog(messages, [back]);
    expectExactly(1000, await askAtOnce(programs, demoKeys().secretTest, 1100));
    expectExactly(100, await askAtOnce(programs, demoKeys().publishableTest, 110));
    expect(programs.map(({ messages }) => messages)).toEqual([[back], [back]]);
    expect(await Promise.all(programs.map(({ end }) => end('SIGTERM')))).toEqual([0, 0]);
  },
);

test.skipIf(missingRedis)(
  `the program starts and stops while Redis does not respond${skipped}`,
  { timeout: 60_000 },
  async () => {
    redis.halt();
    const program = await startProgram();
    await expectLog(program.messages, [down]);
    expect(await ask(program, demoKeys().secretTest)).toEqual({ status: 200, limit: 1000, remaining: 999 });
    expect(await program.end('SIGTERM')).toBe(0);
  },
);
