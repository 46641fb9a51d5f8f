// Rate limits per key and per address. Every response after this stage has the limit headers.
import type { Request } from 'express';
import ipaddr from 'ipaddr.js';
import { clientAddressOf } from './addresses.ts';
import type { Buckets } from './buckets.ts';
import type { Stage } from './context.ts';
import type { KeyLimit } from './keyring.ts';
import { type Caller, hasKey, type KeyCaller } from './operation.ts';
import { Problem } from './problem.ts';
import { counted } from './words.ts';

/** Requests and window of each kind of bucket; windows in seconds. */
export type Limits = Record<'secret' | 'publishable' | 'open' | 'failed', { requests: number; windowSeconds: number }>;

/** The contract's limits for keys, and per-address limits for operations without a key and for failed authentication. */
export const standardLimits = (requestsPerAddress: number): Limits => ({
  secret: { requests: 1000, windowSeconds: 3600 },
  publishable: { requests: 100, windowSeconds: 3600 },
  open: { requests: requestsPerAddress, windowSeconds: 60 },
  failed: { requests: requestsPerAddress, windowSeconds: 60 },
});

/** The same windows with so many requests that no test suite reaches the limit by accident. */
export const highLimits = (limits: Limits): Limits => {
  const high = (kind: keyof Limits) => ({ ...limits[kind], requests: 1_000_000 });
  return { secret: high('secret'), publishable: high('publishable'), open: high('open'), failed: high('failed') };
};

/** `limit` charges the key, or the address if the operation takes no key. `chargeFailure` charges the address of a failed authentication. */
export type Limiter = { limit: Stage; chargeFailure: Stage };

type Bucket = { kind: keyof Limits; name: string; requests: number };
/** The state of a bucket after a request. `left` is negative if the request is over the limit. */
type Charged = { requests: number; windowSeconds: number; left: number; msLeft: number };

export function createLimiter(limits: Limits, buckets: Buckets): Limiter {
  /** Charges one request to each bucket until one is over its limit. Returns the bucket with the fewest requests left. */
  async function charge(all: Bucket[]): Promise<Charged> {
    let tightest: Charged | undefined;
    for (const { kind, name, requests } of all) {
      const { windowSeconds } = limits[kind];
      const { count, msLeft } = await buckets.consume(`${kind}:${name}`, windowSeconds);
      const charged = { requests, windowSeconds, left: requests - count, msLeft };
      if (!tightest || charged.left < tightest.left) tightest = charged;
      if (charged.left < 0) break; // a key over its own limit does not use up a shared limit
    }
    return tightest as Charged; // there is at least one bucket
  }

  /** Charges a request and sets the limit headers, always or only if the request is rejected. */
  async function enforce(all: Bucket[], { context: { now, headers } }: Request, showsHeaders: boolean): Promise<void> {
    const { requests, windowSeconds, left, msLeft } = await charge(all);
    if (left < 0 || showsHeaders) {
      headers['X-RateLimit-Limit'] = requests;
      headers['X-RateLimit-Remaining'] = Math.max(0, left);
      headers['X-RateLimit-Reset'] = Math.ceil((now.getTime() + msLeft) / 1000);
      headers['X-RateLimit-Window'] = windowSeconds;
    }
    if (left >= 0) return;
    const retryAfter = Math.max(1, Math.ceil(msLeft / 1000));
    throw new Problem('rate_limit_exceeded', {
      retryAfter,
      message: `Too many requests. Try again in ${counted(retryAfter, 'second')}.`,
    });
  }

  /**
   * The buckets of a key, by key id, which a rotation keeps. A limit counts only if it is lower than all limits further up, so the
   * last one always counts.
   */
  function ofKey({ type, keyId, rateLimit, sharedLimits }: KeyCaller): Bucket[] {
    const own = bucketOf({ id: keyId, type, rateLimit });
    const counting: Bucket[] = [];
    for (const bucket of [...sharedLimits.map(bucketOf).reverse(), own])
      if (bucket.requests < (counting[0]?.requests ?? Number.POSITIVE_INFINITY)) counting.unshift(bucket);
    return counting;
  }

  const bucketOf = ({ id, type, rateLimit }: KeyLimit): Bucket => ({
    kind: type,
    name: id,
    requests: rateLimit ?? limits[type].requests,
  });

  /** A session has the limit of a secret key. */
  const ofCaller = (caller: Caller): Bucket[] =>
    hasKey(caller) ? ofKey(caller) : [{ kind: 'secret', name: caller.sessionId, requests: limits.secret.requests }];

  /** An IPv6 customer has at least a /64, so all its addresses share one bucket. An IPv4-mapped IPv6 address counts as IPv4. */
  function ofAddress(req: Request, kind: 'open' | 'failed'): Bucket {
    const address = clientAddressOf(req.ip ?? '')?.start;
    const name = address instanceof ipaddr.IPv6 ? address.parts.slice(0, 4).join(':') : String(address ?? 'unknown');
    return { kind, name, requests: limits[kind].requests };
  }

  return {
    async limit(req) {
      const { caller, operation } = req.context;
      if (!operation.isProbe) await enforce(caller ? ofCaller(caller) : [ofAddress(req, 'open')], req, true);
    },
    chargeFailure: (req) => enforce([ofAddress(req, 'failed')], req, false),
  };
}
