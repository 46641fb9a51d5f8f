// Counts requests in fixed windows, in the memory of this process. A bucket's window begins with its first request.

/** The number of requests in the bucket's current window, and the time until the window ends. */
export type Count = { count: number; msLeft: number };

export type Buckets = {
  /** Counts one request. The result includes it. */
  consume(name: string, windowSeconds: number): Promise<Count>;
  close(): Promise<void>;
};

/** `set` overwrites the count with one that is kept elsewhere. */
export type MemoryBuckets = Buckets & { set(name: string, count: Count): void };

type Window = { count: number; endsAt: number; timer: NodeJS.Timeout };

/** @param now milliseconds of a monotonic clock, so that no window gets longer when the time of day is set back */
export function memoryBuckets(now: () => number = () => performance.now()): MemoryBuckets {
  const windows = new Map<string, Window>();

  function open(name: string, count: number, ms: number): void {
    clearTimeout(windows.get(name)?.timer);
    const timer = setTimeout(() => windows.delete(name), ms).unref();
    windows.set(name, { count, endsAt: now() + ms, timer });
  }

  return {
    async consume(name, windowSeconds) {
      const window = windows.get(name);
      const msLeft = Math.ceil((window?.endsAt ?? 0) - now());
      if (window && msLeft > 0) return { count: ++window.count, msLeft };
      open(name, 1, windowSeconds * 1000);
      return { count: 1, msLeft: windowSeconds * 1000 };
    },
    set(name, { count, msLeft }) {
      open(name, count, msLeft);
    },
    async close() {},
  };
}
