// The header `Idempotency-Key`: a request is carried out once, and its retries get the same response.
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Request } from 'express';
import { isId, toUuid } from '../storage/ids.ts';
import type { Tenant } from '../storage/tenant.ts';
import { type Caller, hasKey } from './operation.ts';
import { Problem } from './problem.ts';
import type { Operation } from './router.ts';

/** A response as it is sent, stored byte for byte for retries. `requestId` is the one in the body. */
export type Reply = {
  status: number;
  body: string;
  /** Absent for a response without a body. */
  mediaType?: string;
  requestId: string;
  headers?: Record<string, string>;
  /** The body of a response that is too long for the memory. It cannot be stored. */
  stream?: AsyncIterable<string | Uint8Array>;
  /** The number of bytes of the stream, if it is known. */
  length?: number;
};

/**
 * A request that may be a retry. The original is found by tenant, method, path and key. `path` is the same for all spellings of a
 * path. `waitUntil` is the deadline for waiting, here and in the store together, on the clock of `performance.now()`.
 */
export type Repetition = { method: string; path: string; key: string; digest: Buffer; waitUntil: number };

const waitMaxMs = 2_000;

/** Undefined unless the operation takes a key and the request has one. Quotes around a key (IETF draft) are not part of it. */
export function repetitionOf(req: Request): Repetition | undefined {
  const given = req.get('idempotency-key');
  if (given === undefined || !req.context.operation.isIdempotent) return undefined;
  const { operation, params, caller } = req.context;
  const digest = createHash('sha256')
    .update(operation.showsSecret && caller ? `${holderOf(caller)}\n` : '') // only the same API key gets a response with a secret again
    .update(canonicalize([req.context.query, req.body ?? null, ...(req.context.upload?.digests ?? [])]) as string) // RFC 8785: the order of fields does not matter
    .digest();
  const key = given.replace(/^"(.+)"$/, '$1');
  const path = pathOf(operation, params) + (caller && !hasKey(caller) ? `@${caller.subjectId}` : ''); // users do not share keys
  return { method: req.method, path, key, digest, waitUntil: performance.now() + waitMaxMs };
}

const holderOf = (caller: Caller): string => (hasKey(caller) ? caller.keyId : caller.subjectId);

/** Identifies the operation and its parameters. Aliases, UUIDs and prefixed IDs, and percent-encoding give the same result. */
function pathOf({ operationId, uuidParams }: Operation, params: Record<string, string>): string {
  const named = Object.entries(params).map(([name, value]) => [
    name,
    uuidParams.includes(name) && isId(value) ? toUuid(value) : value,
  ]);
  return `${operationId}?${new URLSearchParams(named.sort())}`;
}

/** Identifies a retry: tenant, method, path and key. Not the API key, which may have been rotated since. */
export const nameOf = ({ method, path, key }: Repetition, { teamId, environment }: Tenant): string =>
  [teamId, environment, method, path, key].join('\n');

/** 409 for a key that was used with a different request. */
export const usedOtherwise = (): Problem => new Problem('idempotency_conflict', { param: 'Idempotency-Key' });

/** 409 for a key whose first request was carried out, but whose stored response can no longer be decrypted. */
export const replyLost = (requestId: string): Problem =>
  new Problem('idempotency_conflict', {
    param: 'Idempotency-Key',
    message: `The first request with this Idempotency-Key succeeded (${requestId}), but its response can no longer be read. It was not carried out again. Look up its result before you send it with another key.`,
  });

/** 409 for a key whose first request is still in progress at the deadline. */
export const stillUnderWay = (): Problem =>
  new Problem('idempotency_conflict', {
    param: 'Idempotency-Key',
    retryAfter: 1,
    message: 'The first request with this Idempotency-Key is still running. Retry in 1 second.',
  });

export type Turn = { name: string; waitUntil: number };

/** Lets one request at a time through per tenant, method, path and key in this process. The store does it across processes. */
export function createTurns(): <T>(turn: Turn | undefined, run: () => Promise<T>) => Promise<T> {
  const running = new Map<string, Promise<unknown>>();
  return async (turn, run) => {
    if (!turn) return run();
    const { name, waitUntil } = turn;
    for (let first = running.get(name); first; first = running.get(name)) {
      const hasEnded = await endsWithin(first, waitUntil - performance.now());
      if (!hasEnded) throw stillUnderWay();
    }
    const mine = run();
    running.set(name, mine);
    try {
      return await mine;
    } finally {
      running.delete(name);
    }
  };
}

async function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, ms), false);
  });
  const ended = work.then(
    () => true,
    () => true,
  );
  return Promise.race([ended, late]).finally(() => clearTimeout(timer));
}
