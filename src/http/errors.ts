// The only place where an exception becomes a response.
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { isUnavailable } from '../storage/unavailable.ts';
import type { Guard, OnViolation } from './guard.ts';
import { sendHead } from './head.ts';
import { answerPlain } from './plainAnswer.ts';
import { Problem } from './problem.ts';

const mediaType = 'application/json; charset=utf-8';

/** Responds to a request that failed. Resolves when the response is written. */
export type AnswerError = (error: unknown, req: Request, res: Response) => Promise<void>;

/** The error response is checked like any other. If it breaks the contract, a plain 500 is sent instead. */
export function createAnswerError(
  publicUrl: string,
  log: Logger,
  { guard, onViolation }: { guard: Guard; onViolation: OnViolation },
): AnswerError {
  return (error, req, res) => answer(error, req, res).catch((failure: unknown) => lastResort(failure, req, res));

  /** Sends the error of the registry. Anything but a `Problem` is a fault of the server, and its cause is only logged. */
  async function answer(error: unknown, req: Request, res: Response): Promise<void> {
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
    const text = JSON.stringify(body);
    sendHead(req, res, problem.status, problem.headers, { mediaType, length: Buffer.byteLength(text) });
    res.end(text);
  }

  /** Constant bytes, not checked against the contract. */
  function lastResort(error: unknown, req: Request, res: Response): void {
    const { requestId } = req.context;
    log.error({ requestId, err: loggable(error) }, 'failed to send an error response');
    if (res.headersSent) return void res.destroy();
    answerPlain(res, new Problem('internal_error'), publicUrl, requestId);
  }
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
