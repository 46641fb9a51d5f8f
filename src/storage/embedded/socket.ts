// A socket for `pg` that connects to the thread of the embedded database.
import { Duplex } from 'node:stream';
import type { PgliteThread } from './thread.ts';

type Done = (error?: Error | null) => void;

export class PgliteSocket extends Duplex {
  readonly #open: () => Promise<PgliteThread>;
  #thread: PgliteThread | undefined;
  #lost = false;

  /** `open` returns the running thread with a clean session. */
  constructor(open: () => Promise<PgliteThread>) {
    super({ allowHalfOpen: false });
    this.#open = open;
  }

  connect(): this {
    this.#open().then(
      (thread) => {
        if (this.destroyed) return;
        this.#thread = thread;
        thread.onEnd = () => this.#lose();
        this.emit('connect');
      },
      (error) => this.destroy(error),
    );
    return this;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this._writev([{ chunk }], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    void this.#send(chunks.map(({ chunk }) => chunk)).then(() => done());
  }

  override _read(): void {} // results are pushed as they arrive: `pg` reads them at once, and they are in memory anyway

  override _final(done: Done): void {
    this.push(null);
    done();
  }

  // `pg` sets these on its sockets.
  setNoDelay = (): this => this;
  setKeepAlive = (): this => this;
  ref = (): this => this;
  unref = (): this => this;

  async #send(messages: Buffer[]): Promise<void> {
    // The Terminate message of a connection would end PostgreSQL itself, which must keep running for the next connection.
    const request = joined(messages.filter((message) => message[0] !== terminate));
    if (request.length === 0 || this.#lost || !this.#thread) return;
    try {
      const { buffer, byteOffset, byteLength } = await this.#thread.exchange(request);
      if (!this.destroyed) this.push(Buffer.from(buffer, byteOffset, byteLength));
    } catch (error) {
      this.#lose(error as Error);
    }
  }

  /** Ends the connection. The pending query gets the reason as an error of PostgreSQL. */
  #lose(reason?: Error & { code?: string }): void {
    if (this.#lost || this.destroyed) return;
    this.#lost = true;
    if (reason) this.push(errorResponse(reason.code ?? '58000', reason.message));
    this.push(null);
  }
}

const terminate = 'X'.charCodeAt(0);

/** Copies the bytes: a Buffer can be part of Node's pool, which cannot be transferred to a thread. */
function joined(messages: Buffer[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(messages.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const message of messages) {
    whole.set(message, at);
    at += message.length;
  }
  return whole;
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html (ErrorResponse) */
function errorResponse(code: string, message: string): Buffer {
  const fields = Buffer.from(`SERROR\0VERROR\0C${code}\0M${message}\0\0`);
  const head = Buffer.from('E\0\0\0\0');
  head.writeInt32BE(4 + fields.length, 1);
  return Buffer.concat([head, fields]);
}
