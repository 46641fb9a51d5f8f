// The state of one request, which the stages of the front share.
import type { Request, Response } from 'express';
import type { Upload } from './multipart.ts';
import type { Caller } from './operation.ts';
import type { Admission } from './restrictions.ts';
import type { Operation } from './router.ts';

export type Context = {
  requestId: string;
  now: Date;
  /** The headers of the response. They are sent at once with its status. */
  headers: Record<string, string | number>;
  /** Set by `route`. Absent only for `route_not_found` and `method_not_allowed`. */
  operation: Operation;
  params: Record<string, string>;
  /** The parameters of the query. The guard converts them to their types and adds defaults. */
  query: Record<string, unknown>;
  /** The `Content-Type` that was sent. `route` sets it, and replaces the header with a safe value. */
  contentType: string | undefined;
  /** Set for a HEAD request, which the later stages handle as a GET. */
  isHead: boolean;
  /** The header `If-None-Match`, if the operation declares it. */
  ifNoneMatch: string | undefined;
  caller: Caller | undefined;
  /** The restrictions of the caller's key. */
  admission: Admission | undefined;
  /** If true, a response that breaks the contract is never sent, even if `onViolation` only logs it. */
  mustFit?: boolean;
  /** The bytes of the body after Content-Encoding was decoded. */
  raw: Buffer | undefined;
  /** Parses the body again, because a guard may write defaults into `req.body`. */
  sent: (() => unknown) | undefined;
  /** A multipart form, whose files `req.body` does not contain. */
  upload: Upload | undefined;
};

/** One step of a request. Throws a `Problem` to reject the request. */
export type Stage = (req: Request, res: Response) => void | Promise<void>;

declare global {
  namespace Express {
    interface Request {
      context: Context;
    }
  }
}
