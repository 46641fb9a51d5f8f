// Allows one process per data directory. PGlite does not lock it, and two processes would lose committed rows.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Locks an existing directory for this process, or throws. The operating system holds the lock, so it ends with the process in any
 * case. It does not depend on process IDs, which are often the same in containers. The file `lock.pid` contains the process ID for the
 * error message.
 *
 * Nothing else in this process may open the file `lock`: closing any descriptor of a file releases its POSIX locks.
 */
export function lockDataDir(dataDir: string): { release(): void } {
  // Node has no file locks without a native package, but its SQLite does. The file stays empty.
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
    return 'another process'; // which is just starting or ending
  }
}

const sqliteBusy = 5; // https://sqlite.org/rescode.html#busy
const isBusy = (error: unknown) => error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
