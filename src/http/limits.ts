// How many requests, per key and per address; the headers are on every answer from here on.
import type { Request, RequestHandler, Response } from 'express';
import ipaddr from 'ipaddr.js';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from './problem.ts';

/** Requests and window of each kind of bucket; windows in seconds. */
export type Limits = Record<'secret' | 'publishable' | 'open' | 'failed', { requests: number; windowSeconds: number }>;

/** The contract's numbers for keys; per address a minute's worth for open operations and for failed authentication. */
export const standardLimits = (requestsPerAddress: number): Limits => ({
  secret: { requests: 1000, windowSeconds: 3600 },
  publishable: { requests: 100, windowSeconds: 3600 },
  open: { requests: requestsPerAddress, windowSeconds: 60 },
  failed: { requests: requestsPerAddress, windowSeconds: 60 },
});

/** `limit` charges the key, or the address on open operations; `chargeFailure` charges the address of a failed authentication. */
export type Limiter = { limit: RequestHandler; chargeFailure: RequestHandler };

export function createLimiter(limits: Limits): Limiter {
  const buckets = Object.fromEntries(
    Object.entries(limits).map(([kind, { requests, windowSeconds }]) => [
      kind,
      new RateLimiterMemory({ keyPrefix: kind, points: requests, duration: windowSeconds }),
    ]),
  ) as Record<keyof Limits, RateLimiterMemory>;

  /** Charges one request; writes the headers, always or only when it is refused. */
  async function charge(
    kind: keyof Limits,
    key: string,
    req: Request,
    res: Response,
    showsHeaders: boolean,
  ): Promise<void> {
    const { requests, windowSeconds } = limits[kind];
    const state = await buckets[kind].consume(key).catch((refused: unknown) => {
      if (refused instanceof RateLimiterRes) return refused;
      throw refused;
    });
    const isOver = state.consumedPoints > requests;
    if (isOver || showsHeaders) {
      res.setHeader('X-RateLimit-Limit', requests);
      res.setHeader('X-RateLimit-Remaining', state.remainingPoints);
      res.setHeader('X-RateLimit-Reset', Math.ceil((req.context.now.getTime() + state.msBeforeNext) / 1000));
      res.setHeader('X-RateLimit-Window', windowSeconds);
    }
    if (!isOver) return;
    const retryAfter = Math.max(1, Math.ceil(state.msBeforeNext / 1000));
    throw new Problem('rate_limit_exceeded', {
      retryAfter,
      message: `Too many requests. Try again in ${retryAfter} seconds.`,
    });
  }

  return {
    async limit(req, res, next) {
      const { caller, operation } = req.context;
      if (!operation.isProbe)
        await (caller
          ? charge(caller.type, caller.keyId, req, res, true)
          : charge('open', addressOf(req), req, res, true));
      next();
    },
    async chargeFailure(req, res, next) {
      await charge('failed', addressOf(req), req, res, false).then(() => next(), next);
    },
  };
}

/** An IPv6 customer owns a /64 at least, so that is one address here; IPv4 mapped into IPv6 is IPv4. */
function addressOf(req: Request): string {
  const address = ipaddr.process(req.ip ?? '::');
  return address.kind() === 'ipv6' ? (address as ipaddr.IPv6).parts.slice(0, 4).join(':') : address.toString();
}
