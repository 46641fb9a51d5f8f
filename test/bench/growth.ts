// Whether the cost per request grows with the number of operations, of stored keys, or of keys in use.
import { requests } from './front.ts';
import { grownProject } from './grown.ts';
import { compared, type Figure, startProgram, stopAll } from './measure.ts';
import { keysOf } from './team.ts';

const keys = 20_000;
const options = { rounds: 9, amount: 2_000 };

export async function growth(): Promise<Figure[]> {
  return [await byOperations(), await byStoredKeys(), await byKeysInUse()];
}

async function byOperations(): Promise<Figure> {
  const { folder, operations, remove } = grownProject(10);
  const path = 'test/bench/peers/front.ts';
  const programs = [await startProgram(path), await startProgram(path, { cwd: folder })];
  const ratios: string[] = [];
  for (const request of Object.values(requests)) ratios.push(ratioOf(await compared(programs, request, options)));
  await stopAll(programs);
  remove();
  return figure(`with ${operations} operations, times this contract: list / get / post`, ratios.join(' / '));
}

async function byStoredKeys(): Promise<Figure> {
  const path = 'test/bench/peers/frontKeys.ts';
  const programs = [await startProgram(path), await startProgram(path, { env: { MORE_KEYS: String(keys) } })];
  const ratio = ratioOf(await compared(programs, requests.get, options));
  await stopAll(programs);
  return figure(`with ${keys} stored keys, times one: get`, ratio);
}

async function byKeysInUse(): Promise<Figure> {
  const programs = [await startProgram('test/bench/peers/front.ts'), await startProgram('test/bench/peers/front.ts')];
  const others = keysOf(keys).map((key) => ({
    ...requests.get,
    headers: { ...requests.get.headers, authorization: `Bearer ${key}` },
  }));
  const loads = [requests.get, others] as const;
  const ratio = ratioOf(
    await compared(programs, (i) => loads[i] as (typeof loads)[number], { ...options, amount: keys, rounds: 3 }),
  );
  await stopAll(programs);
  return figure(`with another of ${keys} keys in each request, times one: get`, ratio);
}

const ratioOf = (both: { ratio: number }[]): string => both[1]?.ratio.toFixed(2) ?? '';
const figure = (what: string, measured: string): Figure => ({
  what: `CPU per request ${what}`,
  measured,
  aim: '1.0',
  before: '',
});
