// The process: reads the configuration, starts, prints the URLs, and stops on a signal. `--mock` starts only the mock.
import { enableCompileCache } from 'node:module';
import type { Logger } from 'pino';
import type { Config } from './config.ts';

process.umask(0o077);
enableCompileCache(); // later starts reuse compiled code; everything else is imported after this call
const { pino } = await import('pino');
const { readConfig } = await import('./config.ts');

type Starts = typeof import('./start.ts');
type Running = Awaited<ReturnType<Starts['startMock']>> & Partial<Awaited<ReturnType<Starts['start']>>>;

try {
  const config = readConfig();
  const log = pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  const running = process.argv.includes('--mock') ? await startMock(config, log) : await startAll(config, log);
  process.once('SIGINT', () => void stop(running, 0)); // Ctrl+C in a terminal
  process.once('SIGTERM', () => void stop(running, config.stopGraceMs));
  console.log(greeting(running));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/** Loads most of the code while the database opens. */
async function startAll(config: Config, log: Logger): Promise<Running> {
  const { begin } = await import('./begin.ts');
  const begun = await begin(config, log);
  const { start } = await import('./start.ts');
  return start(config, log, begun);
}

async function startMock(config: Config, log: Logger): Promise<Running> {
  const starts = await import('./start.ts');
  return starts.startMock(config, log);
}

function greeting({ api, mock, demo, demoUrl }: Running): string {
  const [{ id, keys }] = demo.teams;
  return [
    '',
    ...(api ? [`API    ${api.publicUrl}`] : []),
    `Mock   ${mock.publicUrl}`,
    `Docs   ${(api ?? mock).publicUrl}/developers/api`,
    '',
    'Make your first request:',
    '',
    `  curl ${demoUrl}/api/v1/teams/${id}/tickets -H "Authorization: Bearer ${keys.secretTest}"`,
    '',
  ].join('\n');
}

async function stop({ stop }: Running, graceMs: number): Promise<void> {
  await stop(graceMs);
  process.exit(0);
}
