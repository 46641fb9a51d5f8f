// Sends a finished response. A stream is sent at the caller's pace, and ends when the caller's key does.
import type { Request, Response } from 'express';
import type { Call } from './answer.ts';
import { sendHead } from './head.ts';
import type { Reply } from './idempotency.ts';
import { Problem } from './problem.ts';

const eventStream = 'text/event-stream';
const heartbeatMs = 15_000;
const recheckMs = 5_000;

/** @param inForce rejects when the caller's key does not work any more */
export type Sending = { call: Call; ended: AbortController | undefined; inForce: (req: Request) => Promise<void> };

export async function send(reply: Reply, req: Request, res: Response, sending: Sending): Promise<void> {
  const { status, body, mediaType, requestId: answered, stream } = reply;
  const { operation, requestId } = sending.call;
  const headers: Record<string, string> = { ...reply.headers };
  if (answered !== requestId) {
    headers['Idempotency-Replayed'] = 'true';
    headers['Idempotency-Original-Request'] = answered;
  }
  if (isForEverybody(operation)) delete req.context.headers['Cache-Control'];
  const length = stream ? reply.length : Buffer.byteLength(body);
  sendHead(req, res, status, headers, mediaType === undefined ? undefined : { mediaType: charsetOf(reply), length });
  if (!stream || req.context.isHead) return void res.end(body);
  await sendStream(stream, mediaType === eventStream, req, res, sending);
}

/** Every text is UTF-8. */
const charsetOf = ({ mediaType = '', stream }: Reply): string =>
  !stream || mediaType.startsWith('text/') ? `${mediaType}; charset=utf-8` : mediaType;

async function sendStream(
  stream: AsyncIterable<string | Uint8Array>,
  isOfEvents: boolean,
  req: Request,
  res: Response,
  { ended = new AbortController(), inForce }: Sending,
): Promise<void> {
  const { signal } = ended;
  const recheck = () =>
    inForce(req).catch((error: unknown) => {
      if (error instanceof Problem) ended.abort(); // the database may only be away for a moment
    });
  const checking = setInterval(recheck, recheckMs);
  const beating = isOfEvents && setInterval(() => res.write(': keep-alive\n\n'), heartbeatMs);
  // An event stream may end at any time, and its client connects again. A file that ends early must not look complete.
  const stop = () => (isOfEvents ? res.end() : res.destroy());
  signal.addEventListener('abort', stop, { once: true });
  if (isOfEvents) res.once('ending', () => ended.abort()); // emitted when the server stops (exchanges.ts)
  try {
    if (isOfEvents) res.flushHeaders();
    for await (const part of stream) {
      if (signal.aborted) return;
      if (!res.write(part)) await writable(res);
    }
    res.end();
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    clearInterval(checking);
    if (beating) clearInterval(beating);
    signal.removeEventListener('abort', stop);
  }
}

/** Resolves when the caller has read enough, or is gone. Leaves no listener behind, because a long stream waits often. */
function writable(res: Response): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done).off('close', done);
      resolve();
    };
    res.on('drain', done).on('close', done);
  });
}

/** A response that is the same for every caller and that may be a minute old. */
const isForEverybody = ({ isRead, security, isProbe }: Call['operation']): boolean =>
  isRead && security.length === 0 && !isProbe;
