// Buckets that all instances share, in Redis. No request fails or waits long for it: this process's memory counts along, and
// alone for as long as Redis does not answer.
import { createClient } from '@redis/client';
import type { Logger } from 'pino';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { type Buckets, type Count, memoryBuckets } from './buckets.ts';

/** A bucket has no limit of its own: two keys of one kind may have different ones. */
const unlimited = Number.MAX_SAFE_INTEGER;
/**
 * Counts in one step; KEYS[1] is the bucket, ARGV the number of requests and the seconds of a window. Redis keeps the time of day
 * at which a window ends: when its clock goes back, the window would last longer than its length, and a new one begins instead.
 */
const countScript = `
redis.call('set', KEYS[1], 0, 'EX', ARGV[2], 'NX')
local count = redis.call('incrby', KEYS[1], ARGV[1])
local msLeft = redis.call('pttl', KEYS[1])
if msLeft < 0 or msLeft > 1000 * ARGV[2] then
  redis.call('set', KEYS[1], ARGV[1], 'EX', ARGV[2])
  return {tonumber(ARGV[1]), 1000 * ARGV[2]}
end
return {count, msLeft}
`;
const retryMs = 1_000;
const lookMs = 50;
const looks = { forConnection: 20, forAnswer: 4 };
/** The client keeps a socket that is still connecting when it is told to end; its clock would also blame Redis for our being busy. */
const abandonedMs = 10_000;

/** Connects by itself, now and whenever Redis is back. */
export function redisBuckets(url: string, log: Logger): Buckets {
  const memory = memoryBuckets();
  let connection: Connection | undefined;
  let retry: NodeJS.Timeout | undefined;
  let isDown = false;
  open();

  function open(): void {
    connection = connect(url, { onOpen, onLost });
  }

  function onOpen(): void {
    isDown = false;
    log.info('Redis is available: the instances share their rate limits');
  }

  function onLost(err: Error): void {
    if (!isDown) log.warn({ err }, 'Redis is unavailable: each instance counts rate limits in its own memory');
    isDown = true;
    retry = setTimeout(open, retryMs).unref();
  }

  return {
    async consume(name, windowSeconds) {
      const own = await memory.consume(name, windowSeconds);
      const shared = await connection?.consume(name, windowSeconds);
      if (!shared || shared.count <= own.count) return own; // higher than the shared one only if Redis was away meanwhile
      memory.set(name, shared);
      return shared;
    },
    async close() {
      clearTimeout(retry);
      connection?.end();
    },
  };
}

type Connection = {
  /** Undefined while there is no connection, and when it is lost before the answer. */
  consume(name: string, windowSeconds: number): Promise<Count | undefined>;
  end(): void;
};
type Events = { onOpen: () => void; onLost: (err: Error) => void };

/** One connection, which is not mended: `onLost` comes once, for any reason but `end`. */
function connect(url: string, { onOpen, onLost }: Events): Connection {
  const client = createClient({
    url,
    RESP: 2, // the oldest servers speak it, and it needs no greeting
    disableOfflineQueue: true,
    socket: { reconnectStrategy: false, connectTimeout: abandonedMs },
  });
  const limiter = new RateLimiterRedis({
    storeClient: client,
    useRedisPackage: true,
    keyPrefix: 'cstar',
    points: unlimited,
    duration: 1,
    customIncrTtlLuaScript: countScript,
  });
  let state: 'opening' | 'open' | 'ended' = 'opening';
  const waiting = new Set<{ looksLeft: number }>();
  // Looks and not milliseconds: a busy process is late to read an answer that came in time, and between two looks it reads.
  const looking = setInterval(() => {
    for (const one of waiting) if (one.looksLeft-- === 0) return lose(new Error('no response in time'));
  }, lookMs).unref();

  async function within<T>(looksLeft: number, answer: Promise<T>): Promise<T> {
    const one = { looksLeft };
    waiting.add(one);
    return answer.finally(() => waiting.delete(one));
  }

  async function count(name: string, windowSeconds: number): Promise<Count> {
    const answer = limiter.consume(name, 1, { customDuration: windowSeconds });
    const { consumedPoints, msBeforeNext } = await within(looks.forAnswer, answer);
    return { count: consumedPoints, msLeft: msBeforeNext };
  }

  async function open(): Promise<void> {
    await within(looks.forConnection, client.connect());
    if (state === 'ended') return client.destroy(); // it came too late, but it came
    await count('probe', 1); // more than a ping: Redis may be full, or a replica that cannot be written to
    state = 'open';
    onOpen();
  }

  function lose(err: Error): void {
    if (state === 'ended') return;
    end();
    onLost(err);
  }

  function end(): void {
    state = 'ended';
    clearInterval(looking);
    client.destroy(); // whoever still waits is refused at once
  }

  client.on('error', lose);
  open().catch(lose);
  return {
    async consume(name, windowSeconds) {
      if (state !== 'open') return undefined;
      return count(name, windowSeconds).catch((err: Error) => void lose(err));
    },
    end,
  };
}
