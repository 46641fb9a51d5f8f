// Server processes that can be killed.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { DemoCredentials } from '../../src/storage/demo/credentials.ts';

/** The environment of a server process: `DATA_DIR`, and for PostgreSQL `DATABASE_URL` and `ENCRYPTION_KEYS`. */
export type ServerEnv = Record<string, string>;
export type ServerProcess = { url: string; demo: DemoCredentials; pid: number; kill(): Promise<void> };

/** Starts a server without waiting for it. */
export function forkServer(env: ServerEnv): ChildProcess {
  return fork(join(import.meta.dirname, 'server.ts'), {
    env: { ...process.env, ...env, LOG_LEVEL: 'silent' },
    execArgv: ['--max-semi-space-size=8'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** Resolves when the server accepts requests. Rejects if it ends before. */
export async function startServer(env: ServerEnv): Promise<ServerProcess> {
  const child = forkServer(env);
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the server ended with ${code ?? signal} before it took requests`);
  });
  ended.catch(() => undefined); // it ends later, after the wait
  const [{ url, demo }] = (await Promise.race([once(child, 'message'), ended])) as [
    { url: string; demo: DemoCredentials },
  ];
  return { url, demo, pid: child.pid as number, kill: () => killed(child) }; // a running process has an ID
}

/** Sends `kill -9`. Resolves when the process is gone. */
export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
