// Counts the requests of every key.
import type { RequestHandler } from 'express';
import { hasKey, type KeyCaller } from './operation.ts';

/** One request of a key, with its response status. */
export type Use = { caller: KeyCaller; operationId: string; status: number; at: Date };
export type Meter = { count(use: Use): void };

/** Counts a request with a valid key when its response is sent. */
export function meterUse(meter: Meter): RequestHandler {
  return (req, res, next) => {
    if (req.context.operation.security.length > 0)
      res.once('close', () => {
        const { caller, operation, now } = req.context;
        if (caller && hasKey(caller))
          meter.count({ caller, operationId: operation.operationId, status: res.statusCode, at: now });
      });
    next();
  };
}
