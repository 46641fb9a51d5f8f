// Bytes on a plain socket, for input that no HTTP client sends.
import { connect, type Socket } from 'node:net';

export type Chunk = string | Buffer;
/** `body` is undefined if there is none. */
export type SocketAnswer = { status: number; headers: Headers; body: any };

/** Opens a connection to the server of `url`. */
export const connectTo = (url: string): Socket => connect(Number(new URL(url).port), '127.0.0.1');

/** Sends the bytes and resolves with the first response. Rejects if the connection ends before it is complete. */
export function exchange(url: string, bytes: readonly Chunk[]): Promise<SocketAnswer> {
  const socket = connectTo(url);
  for (const chunk of bytes) socket.write(chunk);
  return answerOn(socket).finally(() => socket.destroy());
}

/**
 * Sends each chunk after the response to the previous one. Resolves with all responses when the server closes the
 * connection.
 */
export function exchangeAll(url: string, ...chunks: (readonly Chunk[])[]): Promise<SocketAnswer[]> {
  const socket = connectTo(url);
  let received = Buffer.alloc(0);
  const sendNext = () => chunks.shift()?.forEach((chunk) => void socket.write(chunk));
  socket.on('connect', sendNext).on('error', () => undefined);
  return new Promise((resolve) => {
    socket.on('data', (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      sendNext();
    });
    socket.on('close', () => resolve(allIn(received)));
  });
}

function allIn(received: Buffer): SocketAnswer[] {
  const answers: SocketAnswer[] = [];
  for (let rest = received; rest.length > 0; ) {
    const answer = parsed(rest);
    if (!answer) throw new Error(`no whole answer, only ${rest.toString('latin1').slice(0, 200)}`);
    answers.push(answer);
    rest = rest.subarray(rest.indexOf('\r\n\r\n') + 4 + Number(answer.headers.get('content-length')));
  }
  return answers;
}

/** The first response on a connection. */
export function answerOn(socket: Socket): Promise<SocketAnswer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const answer = parsed(received);
      if (answer) resolve(answer);
    });
    socket.on('error', () => undefined); // the server may close the connection while the test writes; 'close' then reports the result
    socket.on('close', () => reject(new Error(`no whole answer, only ${received.toString('latin1').slice(0, 200)}`)));
  });
}

/** Undefined while the response is incomplete. Interim responses (100) are ignored. */
function parsed(received: Buffer): SocketAnswer | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [first = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
  const rest = received.subarray(end + 4);
  if (status === 100) return parsed(rest);
  const headers = new Headers(lines.map((line) => line.split(/: (.*)/s, 2) as [string, string]));
  const length = Number(headers.get('content-length'));
  if (rest.length < length) return undefined;
  return { status, headers, body: length > 0 ? JSON.parse(rest.subarray(0, length).toString()) : undefined };
}
