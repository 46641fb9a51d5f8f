// How long a start takes, and the first requests after it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { grownProject } from './grown.ts';
import { type Figure, median, type Program } from './measure.ts';
import { startServer } from './server.ts';
import { filledStore, requestsFor } from './team.ts';

const warmStarts = 5;

export async function startup(): Promise<Figure[]> {
  const grown = grownProject(7);
  const figures = [
    await starts('this contract', undefined, { aim: '3 / 1.0', before: '3.9 / 1.8' }),
    await starts(`${grown.operations} operations`, grown.folder, { aim: '3.5 / 1.5', before: '' }),
  ];
  grown.remove();
  return [...figures, await firstRequests()];
}

/** Cold: without a database and without cached code. Warm: the median of the starts after it. */
async function starts(
  what: string,
  cwd: string | undefined,
  { aim, before }: Pick<Figure, 'aim' | 'before'>,
): Promise<Figure> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cstar-bench-'));
  const env = { DATA_DIR: dataDir, NODE_COMPILE_CACHE: join(dataDir, 'code') };
  const times: number[] = [];
  for (let i = 0; i <= warmStarts; i++) {
    const { program, seconds } = await startServer(env, cwd ? { cwd } : {});
    times.push(seconds);
    await program.stop();
  }
  rmSync(dataDir, { recursive: true });
  const [cold = 0, ...warm] = times;
  const measured = `${cold.toFixed(1)} / ${median(warm).toFixed(2)}`;
  return { what: `seconds from spawn to ready, cold / warm: ${what}`, measured, aim, before };
}

/** On the embedded database, or on PostgreSQL if there is one. */
async function firstRequests(): Promise<Figure> {
  const store = await filledStore(process.env.TEST_DATABASE_URL ?? '', 1_000);
  const { program } = await startServer(store.env);
  const { get, list, create } = requestsFor(store);
  const ratios: string[] = [];
  for (const [kind, request] of Object.entries({ list, get: get[0] ?? list, create })) {
    const times: number[] = [];
    for (let i = 0; i < 1_000; i++) times.push(await timeOf(program, request));
    ratios.push(`${kind} ${((times[0] ?? 0) / median(times.slice(-100))).toFixed(1)}`);
  }
  await program.stop();
  await store.remove();
  return { what: 'first request, times the thousandth', measured: ratios.join(', '), aim: '3', before: '' };
}

/** Milliseconds of one request. */
async function timeOf({ port }: Program, { path, ...request }: { path: string } & RequestInit): Promise<number> {
  const began = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}${path}`, request);
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${request.method} ${path}: ${response.status}`);
  return performance.now() - began;
}
