// Hands the call to whoever stands behind and puts the envelope around what comes back.
import type { RequestHandler } from 'express';
import type { Audience } from './audience.ts';
import type { Caller } from './operation.ts';
import type { Operation } from './router.ts';

export type Call = {
  operation: Operation;
  path: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  caller: Caller | undefined;
  requestId: string;
  now: Date;
  /** The header `Prefer`, which only the mock heeds. */
  prefer: string | undefined;
};
/** Success is returned, everything else thrown as a `Problem`. */
export type Backend = (call: Call) => Promise<{ status: number; content: Record<string, unknown> }>;

export function answer(backend: Backend, audience: Audience): RequestHandler {
  return async (req, res) => {
    const { operation, params, caller, requestId, now } = req.context;
    const { status, content } = await backend({
      operation,
      caller,
      requestId,
      now,
      path: params,
      query: req.query,
      body: req.body,
      prefer: req.get('prefer'),
    });
    const visible = caller?.type === 'secret' ? content : audience(operation, content);
    res.status(status).json({ success: true, ...visible, meta: { requestId, timestamp: now.toISOString() } });
  };
}
