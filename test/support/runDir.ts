// Records of a run for the tests that run last: lines in files of RUN_DIR, which vitest.config.ts sets.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `sql`: every SQL text that a server sent. `replies`: responses stored for an Idempotency-Key. `stop`: the URL that
 * stops the servers.
 */
export type LeftBehind = 'keys' | 'sql' | 'replies' | 'stop';

const pathOf = (name: LeftBehind): string => join(process.env.RUN_DIR as string, `${name}.jsonl`); // set by the config

export function leave(name: LeftBehind, value: string): void {
  appendFileSync(pathOf(name), `${JSON.stringify(value)}\n`);
}

/** Empty if the earlier tests recorded nothing, or did not run. */
export function leftBehind(name: LeftBehind): string[] {
  if (!existsSync(pathOf(name))) return [];
  const lines = readFileSync(pathOf(name), 'utf8').split('\n').filter(Boolean);
  return [...new Set(lines)].map((line) => JSON.parse(line));
}
