// A thread of its own for making a new database, because that takes 400 MB which end with it. Runs once per data directory.
import fs from 'node:fs';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { lean, startEngine, unoptimised } from './engine.ts';

const { dataDir } = workerData as { dataDir: string };
const initDbStartParams = ['--no-sync', '--wal-segsize=4', ...lean.flatMap((setting) => ['--set', setting])];

// In memory, then copied: on a directory PGlite packs and unpacks an archive, which takes longer and ignores the umask.
const engine = await unoptimised(() => startEngine({ initDbStartParams }, []));
const { FS } = engine.Module;
await engine.close(); // shut down in order; the files stay readable

// A start that is killed half-way leaves no half-made database: the directory gets its name when it is whole.
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
