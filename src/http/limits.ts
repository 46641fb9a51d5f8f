// How many requests, per key and per address; the headers are on every answer from here on.
import type { Request, RequestHandler, Response } from 'express';
import ipaddr from 'ipaddr.js';
import { clientAddressOf } from './addresses.ts';
import type { Buckets } from './buckets.ts';
import type { Caller } from './operation.ts';
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

/** `requests` is the kind's limit unless given. */
type Bucket = { kind: keyof Limits; name: string; requests?: number | undefined };

export function createLimiter(limits: Limits, buckets: Buckets): Limiter {
  /** Charges one request; writes the headers, always or only when it is refused. */
  async function charge(
    { kind, name, requests = limits[kind].requests }: Bucket,
    req: Request,
    res: Response,
    showsHeaders: boolean,
  ): Promise<void> {
    const { windowSeconds } = limits[kind];
    const { count, msLeft } = await buckets.consume(`${kind}:${name}`, windowSeconds);
    const isOver = count > requests;
    if (isOver || showsHeaders) {
      res.setHeader('X-RateLimit-Limit', requests);
      res.setHeader('X-RateLimit-Remaining', Math.max(0, requests - count));
      res.setHeader('X-RateLimit-Reset', Math.ceil((req.context.now.getTime() + msLeft) / 1000));
      res.setHeader('X-RateLimit-Window', windowSeconds);
    }
    if (!isOver) return;
    const retryAfter = Math.max(1, Math.ceil(msLeft / 1000));
    throw new Problem('rate_limit_exceeded', {
      retryAfter,
      message: `Too many requests. Try again in ${retryAfter} seconds.`,
    });
  }

  return {
    async limit(req, res, next) {
      const { caller, operation } = req.context;
      if (!operation.isProbe) await charge(caller ? keyOf(caller) : addressOf(req, 'open'), req, res, true);
      next();
    },
    async chargeFailure(req, res, next) {
      await charge(addressOf(req, 'failed'), req, res, false).then(() => next(), next);
    },
  };
}

/** By its id, which a rotation keeps. */
const keyOf = ({ type, keyId, rateLimit }: Caller): Bucket => ({ kind: type, name: keyId, requests: rateLimit });

/** An IPv6 customer owns a /64 at least, so that is one address here; IPv4 mapped into IPv6 is IPv4. */
function addressOf(req: Request, kind: 'open' | 'failed'): Bucket {
  const address = clientAddressOf(req.ip ?? '')?.start;
  const name = address instanceof ipaddr.IPv6 ? address.parts.slice(0, 4).join(':') : String(address ?? 'unknown');
  return { kind, name };
}
