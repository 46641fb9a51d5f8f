// Rate limit buckets in Redis, shared by all instances. No request fails or waits long because of Redis: this process also counts in
// its own memory, and uses that count while Redis does not respond.
import { createClient } from '@redis/client';
import type { Logger } from 'pino';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { type Buckets, type Count, memoryBuckets } from './buckets.ts';

/** The count of a bucket without its limit: two keys of the same kind can have different limits. */
const unlimited = Number.MAX_SAFE_INTEGER;
/**
 * Counts atomically. KEYS[1] is the bucket; ARGV is the number of requests and the window length in seconds. Redis stores the time of
 * day at which the window ends. If its clock is set back, the window would last too long, so a new window begins.
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
/**
 * The connect timeout of the client. It is long because `looks.forConnection` ends an attempt earlier, without counting the time
 * during which this process is busy. The client does not close a socket that is still connecting, so this timeout closes it.
 */
const abandonedMs = 10_000;

/** Connects now, and reconnects whenever Redis is available again. */
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
      if (!shared || shared.count <= own.count) return own; // our count is higher only after Redis was unavailable
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
  /** Undefined without a connection, or if the connection is lost before the reply. */
  consume(name: string, windowSeconds: number): Promise<Count | undefined>;
  end(): void;
};
type Events = { onOpen: () => void; onLost: (err: Error) => void };

/** One connection, without reconnecting. `onLost` is called once, unless `end` closed the connection. */
function connect(url: string, { onOpen, onLost }: Events): Connection {
  const client = createClient({
    url,
    RESP: 2, // supported by all server versions, and needs no handshake
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
  // Counts checks instead of milliseconds: a busy process reads a punctual reply late, but it does so between two checks.
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
    if (state === 'ended') return client.destroy(); // connected after `end`
    await count('probe', 1); // a ping would not find a full Redis or a read-only replica
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
    client.destroy(); // rejects all pending commands at once
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
