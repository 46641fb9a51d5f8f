// What the benchmarks share: programs in their own processes, load on them, and the figures of a table.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import autocannon, { type Request, type Result } from 'autocannon';

/** One line of the table: what was measured, the aim of the project, and the figure at the start of the work on speed. */
export type Figure = { what: string; measured: string; aim: string; before: string };

/** A program that is measured. CPU time in microseconds, memory in MB. */
export type Program = {
  port: number;
  usage(): Promise<{ cpuUs: number; rssMb: number }>;
  stop(): Promise<void>;
};

const report = new URL('./peers/report.ts', import.meta.url).href;

/**
 * Starts a program that ends with this process.
 * @param path relative to the project, or to `cwd`; without `port`, it sends its port
 */
export async function startProgram(
  path: string,
  { port, args = [], env = {}, cwd }: { port?: number; args?: string[]; env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<Program> {
  const child = fork(path, args, {
    execArgv: ['--max-semi-space-size=8', '--import', report],
    env: { ...process.env, ...env },
    cwd,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const listensOn = port ?? (await messageOf<{ port: number }>(child)).port;
  if (port !== undefined) await isReady(port);
  return {
    port: listensOn,
    async usage() {
      child.send('usage');
      return messageOf(child);
    },
    async stop() {
      child.kill('SIGINT');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

const messageOf = async <T>(child: ChildProcess): Promise<T> => (await once(child, 'message'))[0] as T;

async function isReady(port: number): Promise<void> {
  for (let tries = 0; tries < 2_000; tries++) {
    const status = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`nothing became ready on port ${port}`);
}

/** Sends `amount` requests. Returns the milliseconds they took. Throws if one of them fails, because the figures are invalid then. */
export async function load(
  { port }: Program,
  requests: Request | Request[],
  { amount, connections = 16 }: { amount: number; connections?: number | undefined },
): Promise<number> {
  const began = performance.now();
  let ended = began;
  const { non2xx, errors } = await new Promise<Result>((resolve, reject) => {
    const options = { url: `http://127.0.0.1:${port}`, requests: [requests].flat(), connections, amount };
    const run = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
    run.on('response', () => {
      ended = performance.now(); // its own clock has a resolution of one second
    });
  });
  if (non2xx || errors) throw new Error(`${non2xx} responses were no success, ${errors} requests failed`);
  return ended - began;
}

type Compared = {
  /** CPU time per request in microseconds: the median of all rounds. */
  cpuUs: number;
  /** The same, times that of the first program in the same round: the median. A slow minute of the machine affects both. */
  ratio: number;
};
type Rounds = { rounds: number; amount: number; connections?: number };

/**
 * Compares the CPU time per request of programs, in interleaved rounds after a warm-up.
 * @param requests the same for all programs, or a function that chooses them by the place of the program
 */
export async function compared(
  programs: readonly Program[],
  requests: Request | Request[] | ((program: number) => Request | Request[]),
  { rounds, ...options }: Rounds,
): Promise<Compared[]> {
  const samples = programs.map((): number[] => []);
  const of = (i: number) => (typeof requests === 'function' ? requests(i) : requests);
  for (const [i, program] of programs.entries()) await load(program, of(i), { ...options, amount: 3_000 });
  for (let round = 0; round < rounds; round++)
    for (const [i, program] of programs.entries()) {
      const before = await program.usage();
      await load(program, of(i), options);
      samples[i]?.push(((await program.usage()).cpuUs - before.cpuUs) / options.amount);
    }
  const first = samples[0] ?? [];
  return samples.map((all) => ({ cpuUs: median(all), ratio: median(all.map((one, i) => one / (first[i] ?? one))) }));
}

export async function stopAll(programs: readonly Program[]): Promise<void> {
  for (const program of programs) await program.stop();
}

export const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
