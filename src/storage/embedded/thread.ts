// One thread of the embedded database. It ends when it is closed, when it crashes, or when a statement takes too long. PGlite has
// no statement_timeout and receives no messages while it works, so only the end of the thread can stop a statement.
import { Worker } from 'node:worker_threads';
import type { PgliteAnswer, PgliteRequest } from './worker.ts';

/** No limit if `ms` is undefined. A shared object, so that maintenance can lift the limit for a while. */
export type StatementLimit = { ms: number | undefined };

export class PgliteThread {
  /** Called when the thread ends and no exchange is pending that would get the error. There is one connection at a time. */
  onEnd: (() => void) | undefined;
  /** Settles when this thread no longer uses the data directory. */
  readonly exited: Promise<void>;
  readonly #worker: Worker;
  readonly #limit: StatementLimit;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting: PromiseWithResolvers<PgliteAnswer> | undefined;
  #end: Error | undefined;

  /** Starts a thread. The directory must exist (`makeDatabase`). Without a directory, the database is in memory. */
  static async start(dataDir: string | undefined, limit: StatementLimit): Promise<PgliteThread> {
    const thread = new PgliteThread(dataDir, limit);
    await thread.#waiting?.promise;
    thread.#waiting = undefined;
    return thread;
  }

  private constructor(dataDir: string | undefined, limit: StatementLimit) {
    this.#limit = limit;
    this.#waiting = Promise.withResolvers();
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { dataDir } });
    this.#worker.on('message', (answer: PgliteAnswer) => this.#waiting?.resolve(answer));
    this.#worker.on('error', (cause) => this.#finish(databaseError('57P01', 'the embedded database failed', cause)));
    this.exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#finish(databaseError('57P01', 'the embedded database ended'));
        resolve();
      });
    });
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  /** Sends complete protocol messages, whose memory is transferred, and returns PostgreSQL's complete response. */
  exchange(request: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const answer = this.#turn.then(() => this.#ask(request, this.#limit.ms)) as Promise<Uint8Array>;
    this.#turn = answer.catch(() => undefined); // the caller gets the error
    return answer;
  }

  /** Shuts the database down cleanly, if it still runs. */
  async close(): Promise<void> {
    await this.#turn;
    if (!this.#end) await this.#ask('close', undefined).catch(() => undefined);
    await this.#worker.terminate();
  }

  async #ask(request: PgliteRequest, limitMs: number | undefined): Promise<PgliteAnswer> {
    if (this.#end) throw this.#end;
    const waiting = Promise.withResolvers<PgliteAnswer>();
    this.#waiting = waiting;
    const timer = limitMs === undefined ? undefined : setTimeout(expire, limitMs, this, waiting);
    this.#worker.postMessage(request, typeof request === 'string' ? [] : [request.buffer]);
    try {
      return await waiting.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }

    function expire(thread: PgliteThread, expired: typeof waiting): void {
      // If the main thread was busy, timers run before messages: the result may already have arrived.
      setImmediate(() => {
        if (thread.#waiting !== expired) return;
        expired.reject(databaseError('57014', `canceling statement: it took longer than ${limitMs} ms`));
        thread.#finish(databaseError('57P01', 'the embedded database was restarted'));
        void thread.#worker.terminate();
      });
    }
  }

  #finish(reason: Error): void {
    if (this.#end) return;
    this.#end = reason;
    if (this.#waiting) this.#waiting.reject(reason);
    else this.onEnd?.();
  }
}

/** Creates a new database in a directory that does not exist yet. */
export function makeDatabase(dataDir: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./create.ts', import.meta.url), { workerData: { dataDir } });
    worker.once('error', reject);
    worker.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`creating the database in ${dataDir} failed with exit code ${code}`)),
    );
  });
}

/** An error with an SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
function databaseError(code: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code });
}
