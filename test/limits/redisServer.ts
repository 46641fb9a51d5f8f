// A Redis of the test, on a free local port, which can be killed, halted and restarted.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClient } from '@redis/client';

const isThere = spawnSync('redis-server', ['--version']).status === 0;

/** The reason to skip a test that requires Redis. With REQUIRE_REDIS=1 the test fails instead. */
export const missingRedis: string | undefined =
  isThere || process.env.REQUIRE_REDIS === '1'
    ? undefined
    : 'skipped: there is no redis-server (apt-get install redis-server); REQUIRE_REDIS=1 makes this a failure';

export type RedisServer = {
  url: string;
  /** `kill -9`: Redis restarts empty. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Redis keeps its connections and accepts new ones, but does not respond. */
  halt(): void;
  resume(): void;
  /** The remaining lifetime of every stored key. */
  secondsLeft(): Promise<Record<string, number>>;
  /** 0 means no limit. At the limit, no more writes are possible. */
  setMemory(bytesMax: number): Promise<void>;
  remove(): Promise<void>;
};

/** Resolves when Redis accepts commands. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'cstar-redis-'));
  let child = await spawnRedis(port, folder);
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  const url = `redis://127.0.0.1:${port}`;
  return {
    url,
    kill,
    async start() {
      child = await spawnRedis(port, folder);
    },
    halt: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async secondsLeft() {
      const client = await createClient({ url }).connect();
      const names = await client.keys('*');
      const seconds = await Promise.all(names.map((name) => client.ttl(name)));
      client.destroy();
      return Object.fromEntries(names.map((name, i) => [name, seconds[i] as number]));
    },
    async setMemory(bytesMax) {
      const client = await createClient({ url }).connect();
      await client.configSet('maxmemory', String(bytesMax));
      client.destroy();
    },
    async remove() {
      await kill();
      rmSync(folder, { recursive: true });
    },
  };
}

async function spawnRedis(port: number, folder: string): Promise<ChildProcess> {
  const options = { port, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no' };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ready = new Promise<void>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => line.includes('Ready to accept connections') && resolve());
    child.once('error', reject).once('exit', (code, signal) => reject(new Error(`redis-server: ${code ?? signal}`)));
  });
  await ready;
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number }; // a TCP server has an address object
  server.close();
  await once(server, 'close');
  return port;
}
