// Calls the backend and sends its response.
import type { Request } from 'express';
import type { Stage } from './context.ts';
import { refuseIfChanged } from './etag.ts';
import { createFinish, type Finishing } from './finish.ts';
import { createTurns, nameOf, type Repetition, type Reply, repetitionOf, type Turn } from './idempotency.ts';
import type { Caller } from './operation.ts';
import { typedPath, typedQuery } from './parameters.ts';
import type { Operation } from './router.ts';
import { send } from './send.ts';

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
  /** Only for streams. Aborted when the connection is closed, or the key does not work any more. */
  signal: AbortSignal | undefined;
  /**
   * Only for operations with the header `If-Match`. Compares it with what a GET of the resource returns now, without `success` and `meta`.
   * @throws 412 `resource_changed`
   */
  refuseIfChanged?: (content: object) => void;
};
/**
 * `content` is the body without `success` and `meta`. For an operation without an envelope, it is the whole body: an object, a text,
 * a Blob, or the items of a stream.
 */
export type Success = { status: number; content?: unknown; headers?: Record<string, string> };
/** Builds the response of a success and checks it against the contract. Rejects if the response breaks the contract. */
export type Finish = (success: Success) => Promise<Reply>;
/**
 * Returns a success, and throws everything else as a `Problem`. A backend calls `finish` before it commits, so that a write whose
 * response breaks the contract is rolled back.
 */
export type Backend = (call: Call, finish: Finish) => Promise<Reply>;

/** @param inForce rejects when the caller's key does not work any more */
export function answer(backend: Backend, finishing: Finishing, inForce: (req: Request) => Promise<void>): Stage {
  const inTurn = createTurns();
  const finish = createFinish(finishing);
  return async (req, res) => {
    const ended = isStream(req.context.operation) ? new AbortController() : undefined;
    if (ended) res.once('close', () => ended.abort());
    const call = callOf(req, ended?.signal);
    const reply = await inTurn(turnOf(call), () => backend(call, (success) => finish(success, call, req)));
    await send(reply, req, res, { call, ended, inForce });
  };
}

/** Whether its success can be a stream of items. */
const isStream = ({ columns }: Operation): boolean => columns.length > 0;

function callOf(req: Request, signal: AbortSignal | undefined): Call {
  const { operation, params, query, upload, raw, caller, requestId, now } = req.context;
  const headers: Call['headers'] = {};
  for (const name of operation.headers) headers[name] = req.get(name);
  return {
    operation,
    path: typedPath(operation, params),
    query: typedQuery(operation, query),
    body: upload?.body ?? req.body,
    raw,
    headers,
    caller,
    requestId,
    now,
    repetition: repetitionOf(req),
    prefer: req.get('prefer'),
    signal,
    ...('If-Match' in headers && { refuseIfChanged: refuseIfChanged(headers['If-Match']) }),
  };
}

function turnOf({ repetition, caller }: Call): Turn | undefined {
  return repetition && caller && { name: nameOf(repetition, caller), waitUntil: repetition.waitUntil };
}
