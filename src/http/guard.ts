// Checks requests and responses against the contract. There are two implementations: `compiledGuard.ts` runs code that
// `npm run generate` has written, and `validatorGuard.ts` asks express-openapi-validator. Both give the same responses.
import type { Request } from 'express';

export type Guard = {
  /** Returns whether a request is valid. Converts the query to its types, and adds defaults to query and body. */
  request(req: Request): boolean | Promise<boolean>;
  /** Returns how a JSON response breaks the contract, or undefined. */
  response(req: Request, status: number, body: object): Error | undefined | Promise<Error | undefined>;
  /** Prepares everything that is loaded on first use, so that no caller has to wait. */
  warm(): Promise<void>;
};
/** Called for a response that breaks the contract. If it throws, the error is sent instead; otherwise the response is sent. */
export type OnViolation = (violation: unknown, req: Request) => void;
