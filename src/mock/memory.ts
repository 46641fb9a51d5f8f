// First responses of the mock, kept in memory for as long as the store keeps them.
import { LRUCache } from 'lru-cache';
import type { Call } from '../http/answer.ts';
import { nameOf, type Reply, usedOtherwise } from '../http/idempotency.ts';
import { repliesKeptMs } from '../storage/retention.ts';

/** Runs the work, unless the same request with the same key already has a response. */
export type Remember = (call: Call, run: () => Promise<Reply>) => Promise<Reply>;

const repliesMax = 10_000;

export function createMemory(): Remember {
  const known = new LRUCache<string, Reply & { digest: Buffer }>({ max: repliesMax, ttl: repliesKeptMs });
  return async ({ repetition, caller }, run) => {
    if (!repetition || !caller) return run();
    const { digest } = repetition;
    const name = nameOf(repetition, caller);
    const first = known.get(name);
    if (first && !first.digest.equals(digest)) throw usedOtherwise();
    if (first) return first;
    const reply = await run();
    known.set(name, { ...reply, digest });
    return reply;
  };
}
