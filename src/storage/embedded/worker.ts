// The thread in which the embedded database runs. It exchanges bytes of the PostgreSQL protocol, one exchange at a time, with
// `thread.ts` in the main thread.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { PGlite } from '@electric-sql/pglite';
import { DurableNodeFS } from './durableNodeFS.ts';
import { startEngine, unoptimised } from './engine.ts';

/** To the worker: protocol messages, or `close`. */
export type PgliteRequest = Uint8Array<ArrayBuffer> | 'close';
/** From the worker: first `ready`, then one result per request, and finally `closed`. */
export type PgliteAnswer = Uint8Array<ArrayBuffer> | 'ready' | 'closed';

const port = parentPort as MessagePort; // this module only runs as a worker
const { dataDir } = workerData as { dataDir: string | undefined };
const engine = await open(dataDir);

port.on('message', async (request: PgliteRequest) => {
  if (request !== 'close') return send(await exchange(request));
  await engine.close();
  send('closed');
});
send('ready');

async function open(dataDir: string | undefined): Promise<PGlite> {
  if (dataDir === undefined) return unoptimised(() => startEngine({}, ['fsync=off']));
  const engine = await startEngine({ fs: new DurableNodeFS(dataDir) }, [
    'fsync=on',
    'wal_sync_method=fsync',
    'max_wal_size=64MB', // bounds what a restart after a crash must replay
  ]);
  await unoptimised(() => engine.execProtocolRaw(Buffer.from('Q\0\0\0\x06;\0', 'latin1')));
  return engine;
}

async function exchange(request: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  // Not `execProtocolRaw`, which also parses every result and never frees the parsed messages.
  await engine.execProtocolRawStream(request, {
    syncToFs: false,
    onRawData: (bytes) => void parts.push(bytes.slice()),
  });
  const answer = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    answer.set(part, at);
    at += part.length;
  }
  return answer;
}

function send(answer: PgliteAnswer): void {
  port.postMessage(answer, typeof answer === 'string' ? [] : [answer.buffer]);
}
