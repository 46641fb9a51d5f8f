// Sends a finished response. A stream is sent at the caller's pace, and ends when the caller's key does.
import type { Request, Response } from 'express';
import type { Call } from './answer.ts';
import type { Reply } from './idempotency.ts';
import { Problem } from './problem.ts';

const eventStream = 'text/event-stream';
const heartbeatMs = 15_000;
const recheckMs = 5_000;

/** @param inForce rejects when the caller's key does not work any more */
export type Sending = { call: Call; ended: AbortController | undefined; inForce: (req: Request) => Promise<void> };

export async function send(reply: Reply, req: Request, res: Response, sending: Sending): Promise<void> {
  const { status, body, mediaType, requestId: answered, headers = {}, stream, length } = reply;
  const { operation, requestId } = sending.call;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  if (answered !== requestId) {
    res.setHeader('Idempotency-Replayed', 'true');
    res.setHeader('Idempotency-Original-Request', answered);
  }
  if (isForEverybody(operation)) res.removeHeader('Cache-Control');
  res.status(status);
  if (mediaType === undefined) return void res.end();
  res.type(mediaType);
  if (length !== undefined) res.setHeader('Content-Length', length);
  if (!stream) return void res.send(body);
  if (req.context.isHead) return void res.end();
  await sendStream(stream, req, res, sending);
}

async function sendStream(
  stream: AsyncIterable<string | Uint8Array>,
  req: Request,
  res: Response,
  { ended = new AbortController(), inForce }: Sending,
): Promise<void> {
  const isOfEvents = res.getHeader('Content-Type')?.toString().startsWith(eventStream) ?? false;
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
