// The only place where an exception becomes a response.
import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { isUnavailable } from '../storage/unavailable.ts';
import type { Guard, OnViolation } from './guard.ts';
import { hasKey } from './operation.ts';
import { Problem } from './problem.ts';

/** Sends the error of the registry. Anything but a `Problem` is a fault of the server, and its cause is only logged. */
export function answerError(
  publicUrl: string,
  log: Logger,
  guard: Guard,
  onViolation: OnViolation,
): ErrorRequestHandler {
  return async (error, req, res, _next) => {
    const problem = toProblem(error);
    const { requestId, operation } = req.context;
    if (res.headersSent) {
      // a stream that failed: the caller must not take what it has for the whole
      log.error({ requestId, err: loggable(error) }, 'a response was cut off');
      return void res.destroy();
    }
    if (problem.status >= 500) log.error({ requestId, err: loggable(problem.cause ?? problem) }, problem.code);
    const body = problem.toBody(requestId, publicUrl);
    const violation = operation && (await guard.response(req, problem.status, body));
    if (violation) onViolation(violation, req);
    for (const [name, value] of Object.entries(problem.headers)) res.setHeader(name, value);
    res.status(problem.status).json(body);
  };
}

/** The response if even the error response breaks the contract: constant bytes that bypass every hook. */
export function lastResort(publicUrl: string, log: Logger): ErrorRequestHandler {
  return (error, req, res, _next) => {
    const { requestId } = req.context;
    log.error({ requestId, err: loggable(error) }, 'failed to send an error response');
    if (res.headersSent) return void res.destroy();
    res.statusCode = 500;
    res.setHeader('Content-Type', 'application/json; charset=utf-8');
    res.end(JSON.stringify(new Problem('internal_error').toBody(requestId, publicUrl)));
  };
}

/** Logs one line per request: caller, operation and outcome. Never a body, an address or a secret. */
export function logRequests(log: Logger): RequestHandler {
  return (req, res, next) => {
    const began = performance.now();
    res.once('close', () => {
      const { requestId, operation, caller } = req.context;
      const durationMs = Math.round((performance.now() - began) * 10) / 10;
      log.info(
        {
          requestId,
          operationId: operation?.operationId,
          status: res.statusCode,
          durationMs,
          ...(caller && (hasKey(caller) ? { keyId: caller.keyId } : { sessionId: caller.sessionId })),
          ...(res.writableFinished ? {} : { aborted: true }),
        },
        'request',
      );
    });
    next();
  };
}

/** The parts of an error that may be logged. The `detail` of a database error quotes the row, and so the request body. */
function loggable(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause, code, constraint } = error as Error & { code?: unknown; constraint?: unknown };
  return { name, message, code, constraint, stack, ...(cause instanceof Error && { cause: loggable(cause) }) };
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isUnavailable(error)) return new Problem('service_unavailable', { cause: error });
  return new Problem('internal_error', { cause: error });
}
