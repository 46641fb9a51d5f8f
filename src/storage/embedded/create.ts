// Creates a new database, once per data directory. It runs in a separate thread, because it takes 400 MB, which are freed when the
// thread ends.
import fs from 'node:fs';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { lean, startEngine, unoptimised } from './engine.ts';

const { dataDir } = workerData as { dataDir: string };
const initDbStartParams = ['--no-sync', '--wal-segsize=4', ...lean.flatMap((setting) => ['--set', setting])];

// Created in memory, then copied: in a directory, PGlite would pack and unpack an archive, which is slower and ignores the umask.
const engine = await unoptimised(() => startEngine({ initDbStartParams }, []));
const { FS } = engine.Module;
await engine.close(); // a clean shutdown; the files stay readable

// Renamed when complete, so that a process that is killed meanwhile leaves no incomplete database.
const draft = `${dataDir}.new`;
fs.rmSync(draft, { recursive: true, force: true });
copy(PGlite.paths.PGDATA, draft);
fs.renameSync(draft, dataDir);

function copy(from: string, to: string): void {
  if (!FS.isDir(FS.stat(from).mode)) {
    fs.writeFileSync(to, FS.readFile(from), { mode: 0o600 });
    return;
  }
  fs.mkdirSync(to, { mode: 0o700 });
  for (const name of FS.readdir(from)) if (name !== '.' && name !== '..') copy(`${from}/${name}`, join(to, name));
}
