// Counts requests in windows that begin with a bucket's first request; here in this process's memory.

/** The requests of a bucket in its present window, and how long that still lasts. */
export type Count = { count: number; msLeft: number };

export type Buckets = {
  /** Counts one request; it is part of the count. */
  consume(name: string, windowSeconds: number): Promise<Count>;
  close(): Promise<void>;
};

/** `set` takes over a count that is kept elsewhere. */
export type MemoryBuckets = Buckets & { set(name: string, count: Count): void };

type Window = { count: number; endsAt: number; timer: NodeJS.Timeout };

/** @param now milliseconds of a clock that nobody sets: when the time of day goes back, no window gets longer */
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
