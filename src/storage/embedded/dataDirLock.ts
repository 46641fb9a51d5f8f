// One writer per data directory. PGlite takes no lock of its own: two processes on one directory lose committed rows.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Claims an existing directory for this process, or throws. The operating system holds the lock, so it ends with the
 * process however that ends, and no process id has to be believed (in a container it is the same one every time). The file
 * `lock.pid` only tells people which process it is.
 *
 * Nothing else in this process may open the file `lock`: closing any descriptor of a file drops POSIX locks on it.
 */
export function lockDataDir(dataDir: string): { release(): void } {
  // SQLite is how Node reaches file locks without a native package; the file stays empty.
  const file = new DatabaseSync(join(dataDir, 'lock'), { timeout: 0 });
  try {
    file.exec('pragma locking_mode = exclusive; begin exclusive');
  } catch (cause) {
    file.close();
    if (!isBusy(cause)) throw cause;
    const message = `the data directory ${dataDir} is in use by ${holderOf(dataDir)}: stop it, or set DATA_DIR to another directory`;
    throw new Error(message, { cause });
  }
  writeFileSync(join(dataDir, 'lock.pid'), String(process.pid), { mode: 0o600 });
  return {
    release() {
      rmSync(join(dataDir, 'lock.pid'), { force: true });
      file.close();
    },
  };
}

function holderOf(dataDir: string): string {
  try {
    return `process ${Number.parseInt(readFileSync(join(dataDir, 'lock.pid'), 'utf8'), 10)}`;
  } catch {
    return 'another process'; // which has just begun or is about to end
  }
}

const sqliteBusy = 5; // https://sqlite.org/rescode.html#busy
const isBusy = (error: unknown) => error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
