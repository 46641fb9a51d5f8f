// What a run leaves behind for the tests that come last: lines in files of RUN_DIR, which vitest.config.ts sets.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `sql`: every text that a server has sent to its database. `replies`: answers kept under an Idempotency-Key. `stop`: where to ask for the end. */
export type LeftBehind = 'keys' | 'sql' | 'replies' | 'stop';

const pathOf = (name: LeftBehind): string => join(process.env.RUN_DIR as string, `${name}.jsonl`); // the config sets it

export function leave(name: LeftBehind, value: string): void {
  appendFileSync(pathOf(name), `${JSON.stringify(value)}\n`);
}

/** Empty when the tests before have left nothing, or have not run. */
export function leftBehind(name: LeftBehind): string[] {
  if (!existsSync(pathOf(name))) return [];
  const lines = readFileSync(pathOf(name), 'utf8').split('\n').filter(Boolean);
  return [...new Set(lines)].map((line) => JSON.parse(line));
}
