// What the stages of the front hand to each other, per request.
import type { Caller } from './operation.ts';
import type { Admission } from './restrictions.ts';
import type { Operation } from './router.ts';

export type Context = {
  requestId: string;
  now: Date;
  /** Set by `route`; absent only on `route_not_found` and `method_not_allowed`. */
  operation: Operation;
  params: Record<string, string>;
  /** As it was sent; set by `route`, which leaves a harmless one in the headers. */
  contentType: string | undefined;
  caller: Caller | undefined;
  /** What the caller's key is restricted to. */
  admission: Admission | undefined;
  /** An answer that breaks the contract is not sent, whatever `onViolation` makes of it. */
  mustFit?: boolean;
  /** The bytes of the body, without its Content-Encoding. */
  raw: Buffer | undefined;
};

declare global {
  namespace Express {
    interface Request {
      context: Context;
    }
  }
}
