// Starts PGlite, for both worker threads (`worker.ts`, `create.ts`).
import { setFlagsFromString } from 'node:v8';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';

/** Opens a database and waits until it is ready. `settings` are PostgreSQL settings in the form `name=value`. */
export async function startEngine(options: PGliteOptions, settings: string[]): Promise<PGlite> {
  const startParams = [
    ...PGlite.defaultStartParams.filter((param) => param !== '-F'), // -F turns fsync off
    ...[...lean, ...settings].flatMap((setting) => ['-c', setting]),
  ];
  const engine = new Engine({ ...options, startParams });
  await engine.waitReady;
  return engine;
}

/** The default of 128 MB is allocated at start, although the kernel caches the files anyway. */
export const lean = ['shared_buffers=16MB', 'max_connections=5', 'jit=off'];

/**
 * Runs a function without V8's optimizing compiler. WebAssembly functions that run for the first time in it stay in baseline code.
 * The generated SQL parser is one function of 105 KB. Optimizing it takes 600 MB and one second, without a benefit, because each
 * statement is parsed once.
 */
export async function unoptimised<T>(run: () => Promise<T>): Promise<T> {
  setFlagsFromString('--wasm-tier-up-filter=0'); // only function 0 may be optimized
  try {
    return await run();
  } finally {
    setFlagsFromString('--wasm-tier-up-filter=-1');
  }
}

class Engine extends PGlite {
  /** Not needed, because `pg` decodes results. It would also parse SQL before `unoptimised` takes effect. */
  override async _initArrayTypes(): Promise<void> {}
}
