// Calls the backend, wraps its result in the response envelope and sends it.
import type { Request, RequestHandler, Response } from 'express';
import type { Audience } from './audience.ts';
import type { Guard } from './guard.ts';
import { createTurns, nameOf, type Repetition, type Reply, repetitionOf, type Turn } from './idempotency.ts';
import type { Caller } from './operation.ts';
import { typedPath } from './parameters.ts';
import type { Operation } from './router.ts';

export type Call = {
  operation: Operation;
  /** Decoded path parameters. Those that the contract types as numbers are numbers. */
  path: Record<string, string | number>;
  query: Record<string, unknown>;
  body: unknown;
  /** The bytes of the body after Content-Encoding was decoded. */
  raw: Buffer | undefined;
  /** The request headers that the operation declares, under their declared names. */
  headers: Record<string, string | undefined>;
  caller: Caller | undefined;
  requestId: string;
  now: Date;
  /** Set when the request has an `Idempotency-Key`. */
  repetition: Repetition | undefined;
  /** The header `Prefer`, which only the mock reads. */
  prefer: string | undefined;
};
/** `content` is the body without `success` and `meta`. For an operation without an envelope, it is the whole body. */
export type Success = { status: number; content: object; headers?: Record<string, string> };
/** Builds the response of a success and checks it against the contract. Rejects if the response breaks the contract. */
export type Finish = (success: Success) => Promise<Reply>;
/**
 * Returns a success, and throws everything else as a `Problem`. A backend calls `finish` before it commits, so that a write whose
 * response breaks the contract is rolled back.
 */
export type Backend = (call: Call, finish: Finish) => Promise<Reply>;

export function answer(backend: Backend, guard: Guard, audience: Audience): RequestHandler {
  const inTurn = createTurns();
  return async (req, res) => {
    const call = callOf(req);
    const reply = await inTurn(turnOf(call), () => backend(call, (success) => finished(success, call, req)));
    send(reply, call, res);
  };

  async function finished(success: Success, { operation, caller, requestId, now }: Call, req: Request): Promise<Reply> {
    const { status, content, headers } = success;
    const isPublic = caller?.type !== 'secret';
    const visible = isPublic ? audience(operation, status, content) : content;
    req.context.mustFit = isPublic; // a field that is not in the contract may be secret
    const meta = { requestId, timestamp: now.toISOString() };
    const body = operation.hasEnvelope ? { success: true, ...visible, meta } : visible;
    await guard.check(req, status, body);
    return { status, body: JSON.stringify(body), requestId, ...(headers && { headers }) };
  }
}

/** A response that is the same for every caller and that may be a minute old. */
const isForEverybody = ({ method, security, isProbe }: Operation): boolean =>
  method === 'GET' && security.length === 0 && !isProbe;

const callOf = (req: Request): Call => ({
  ...req.context,
  path: typedPath(req.context.operation, req.context.params),
  query: req.query,
  body: req.body,
  headers: Object.fromEntries(req.context.operation.headers.map((name) => [name, req.get(name)])),
  repetition: repetitionOf(req),
  prefer: req.get('prefer'),
});

function turnOf({ repetition, caller }: Call): Turn | undefined {
  return repetition && caller && { name: nameOf(repetition, caller), waitUntil: repetition.waitUntil };
}

function send(
  { status, body, requestId: answered, headers = {} }: Reply,
  { requestId, operation }: Call,
  res: Response,
): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  if (answered !== requestId) {
    res.setHeader('Idempotency-Replayed', 'true');
    res.setHeader('Idempotency-Original-Request', answered);
  }
  if (isForEverybody(operation)) res.removeHeader('Cache-Control');
  res.status(status).type('json').send(body);
}
