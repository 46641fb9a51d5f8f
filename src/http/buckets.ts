// Counts requests in windows that begin with a bucket's first request; here in this process's memory.
import { RateLimiterMemory } from 'rate-limiter-flexible';

/** The requests of a bucket in its present window, and how long that still lasts. */
export type Count = { count: number; msLeft: number };

export type Buckets = {
  /** Counts one request; it is part of the count. */
  consume(name: string, windowSeconds: number): Promise<Count>;
  close(): Promise<void>;
};

/** `set` takes over a count that is kept elsewhere. */
export type MemoryBuckets = Buckets & { set(name: string, count: Count): void };

/** A bucket has no limit of its own: two keys of one kind may have different ones. */
export const unlimited = Number.MAX_SAFE_INTEGER;

export function memoryBuckets(): MemoryBuckets {
  const limiter = new RateLimiterMemory({ points: unlimited, duration: 1 });
  return {
    async consume(name, windowSeconds) {
      const { consumedPoints, msBeforeNext } = await limiter.consume(name, 1, { customDuration: windowSeconds });
      return { count: consumedPoints, msLeft: msBeforeNext };
    },
    set(name, { count, msLeft }) {
      void limiter.set(name, count, Math.max(1, msLeft) / 1000); // 0 would be for ever
    },
    async close() {},
  };
}
