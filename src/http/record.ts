// Records every request when its response is sent or its connection is closed: one log line, and the usage of its key.
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { hasKey } from './operation.ts';
import type { Meter } from './usage.ts';

/** Logs caller, operation and outcome. Never a body, an address or a secret. */
export function createRecord(log: Logger, meter: Meter): (req: Request, res: Response) => void {
  return (req, res) => {
    const began = performance.now();
    res.on('close', () => {
      const { requestId, operation, caller, now } = req.context;
      const { statusCode: status, writableFinished } = res;
      log.info(
        {
          requestId,
          operationId: operation?.operationId,
          status,
          durationMs: Math.round((performance.now() - began) * 10) / 10,
          ...(caller && (hasKey(caller) ? { keyId: caller.keyId } : { sessionId: caller.sessionId })),
          ...(writableFinished ? {} : { aborted: true }),
        },
        'request',
      );
      if (caller && hasKey(caller)) meter.count({ caller, operationId: operation.operationId, status, at: now });
    });
  };
}
