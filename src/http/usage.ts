// Counts what every key is used for.
import type { RequestHandler } from 'express';
import type { Caller } from './operation.ts';

/** One answered request of a key. */
export type Use = { caller: Caller; operationId: string; status: number; at: Date };
export type Meter = { count(use: Use): void };

/** Counts a request when its answer is out, if it came with a key in force. */
export function meterUse(meter: Meter): RequestHandler {
  return (req, res, next) => {
    if (req.context.operation.security.length > 0)
      res.once('close', () => {
        const { caller, operation, now } = req.context;
        if (caller) meter.count({ caller, operationId: operation.operationId, status: res.statusCode, at: now });
      });
    next();
  };
}
