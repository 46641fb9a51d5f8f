// How PGlite is started: what both worker threads (`worker.ts`, `create.ts`) share.
import { setFlagsFromString } from 'node:v8';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';

/** Opens a database and waits until it is ready. `settings` are PostgreSQL's, written `name=value`. */
export async function startEngine(options: PGliteOptions, settings: string[]): Promise<PGlite> {
  const startParams = [
    ...PGlite.defaultStartParams.filter((param) => param !== '-F'), // -F is: never fsync
    ...[...lean, ...settings].flatMap((setting) => ['-c', setting]),
  ];
  const engine = new Engine({ ...options, startParams });
  await engine.waitReady;
  return engine;
}

/** The default of 128 MB is touched at start; the kernel's cache holds the files anyway. */
export const lean = ['shared_buffers=16MB', 'max_connections=5', 'jit=off'];

/**
 * WebAssembly functions that run for the first time in here stay with V8's quick compiler. The generated SQL parser is one
 * function of 105 KB, and V8 takes 600 MB for a second to optimise it, to no gain: statements are prepared once.
 */
export async function unoptimised<T>(run: () => Promise<T>): Promise<T> {
  setFlagsFromString('--wasm-tier-up-filter=0'); // only function 0 may be optimised
  try {
    return await run();
  } finally {
    setFlagsFromString('--wasm-tier-up-filter=-1');
  }
}

class Engine extends PGlite {
  /** `pg` decodes the answers; and this would be the first SQL text parsed, before `unoptimised` can be set. */
  override async _initArrayTypes(): Promise<void> {}
}
