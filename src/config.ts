// Reads the settings from the environment; nothing else does. An empty setting counts as unset. All errors are reported together.
import { isIP } from 'node:net';
import { addressRangeOf } from './http/addresses.ts';
import { highLimits, type Limits, standardLimits } from './http/limits.ts';
import { reportersOf } from './keys/reporters.ts';
import { encryptionKeysOf } from './storage/encryptionKeys.ts';

export type Config = {
  /** TCP ports of the API and the mock. 0 chooses a free port. */
  port: number;
  mockPort: number;
  /** The address to listen on. */
  host: string;
  /** The URL at which clients reach the API. If it is https, plain HTTP is rejected. Default: http://localhost and the port. */
  publicUrl: string | undefined;
  /** The same for the mock. */
  mockPublicUrl: string | undefined;
  /** Addresses and ranges of proxies whose X-Forwarded-* headers are trusted. */
  trustedProxies: string[];
  /** The directory of the embedded database and demo.json. */
  dataDir: string;
  /** The PostgreSQL server to use instead of the embedded database. */
  databaseUrl: string | undefined;
  /** The Redis server in which all instances count requests together. Without it, each instance counts in its own memory. */
  redisUrl: string | undefined;
  /** `id:base64` of 32 bytes, separated by commas. The first one encrypts. Created in the data directory without a DATABASE_URL. */
  encryptionKeys: string | undefined;
  /** Whether an empty database is filled with demo data. */
  demoData: boolean;
  /** A statement that runs longer is canceled, and its request gets a 503. There is always a limit. */
  statementTimeoutMs: number;
  /**
   * How long the server still accepts requests after SIGTERM while `/readyz` returns 503, so that a load balancer can switch to
   * other instances first. Set it higher than the interval of the load balancer's health checks.
   */
  stopGraceMs: number;
  /** Public keys of partners that may report leaked keys: `identifier:` and the base64 of a PEM, separated by commas. */
  leakReportKeys: string | undefined;
  limits: Limits;
  mockLimits: Limits;
  /** How often usage and `lastUsedAt` are written. The contract allows a delay of one minute. */
  usageEveryMs: number;
  bodyLimits: { bytesMax: number; timeoutMs: number };
  /** What checks requests and responses: generated code, or express-openapi-validator, which starts slowly. */
  guard: 'compiled' | 'validator';
  /** What happens to a response that breaks the contract. */
  violations: 'throw' | 'log';
  logLevel: string;
};

/** @throws one Error that names every invalid variable */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const wrong: string[] = [];
  const text = (name: string): string | undefined => env[name]?.trim() || undefined;
  /** The message does not contain the value, because it may be a password. */
  const checked = (name: string, isRight: (value: string) => boolean, expected: string): string | undefined => {
    const value = text(name);
    if (value !== undefined && !isRight(value)) wrong.push(`${name} must be ${expected}`);
    return value;
  };
  const number = (name: string, standard: number, min: number, max: number): number => {
    const isRight = (value: string) => /^\d{1,15}$/.test(value) && Number(value) >= min && Number(value) <= max;
    return Number(checked(name, isRight, `a whole number from ${min} to ${max}`) ?? standard);
  };
  const oneOf = <T extends string>(name: string, values: readonly T[], standard: T): T =>
    (checked(name, (value) => values.includes(value as T), `one of ${values.join(', ')}`) as T | undefined) ?? standard;
  const origin = (name: string): string | undefined => {
    const value = checked(name, isOrigin, 'an http or https origin, without a path');
    return value && URL.parse(value)?.origin;
  };
  /** Validates a value that another module parses later, so that its error is reported together with the others. */
  const parsed = (name: string, parse: (value: string) => unknown): string | undefined => {
    const value = text(name);
    try {
      if (value !== undefined) parse(value);
    } catch (error) {
      const { message } = error as Error;
      wrong.push(message.startsWith(name) ? message : `${name}: ${message}`);
    }
    return value;
  };

  const dataDir = text('DATA_DIR') ?? '.data';
  const databaseUrl = checked('DATABASE_URL', isPostgres, 'a postgres:// address');
  const proxies = checked(
    'TRUSTED_PROXIES',
    areProxies,
    `addresses, ranges such as 10.0.0.0/8, or ${nearby.join(', ')}`,
  );
  const limits = standardLimits(number('REQUESTS_PER_ADDRESS', 60, 1, 1_000_000));
  const config: Config = {
    port: number('PORT', 3000, 0, 65_535),
    mockPort: number('MOCK_PORT', 4010, 0, 65_535),
    host: checked('HOST', isHost, 'an IP address or a host name') ?? '127.0.0.1',
    publicUrl: origin('PUBLIC_URL'),
    mockPublicUrl: origin('MOCK_PUBLIC_URL'),
    trustedProxies: listOf(proxies),
    dataDir,
    databaseUrl,
    redisUrl: checked('REDIS_URL', isRedis, 'a redis:// or rediss:// address'),
    encryptionKeys: parsed('ENCRYPTION_KEYS', (encryptionKeys) =>
      encryptionKeysOf({ encryptionKeys, databaseUrl, dataDir }),
    ),
    leakReportKeys: parsed('LEAK_REPORT_KEYS', reportersOf),
    demoData: oneOf('DEMO_DATA', ['true', 'false'], databaseUrl ? 'false' : 'true') === 'true',
    statementTimeoutMs: number('STATEMENT_TIMEOUT_MS', 3_000, 1, 600_000),
    stopGraceMs: number('STOP_GRACE_MS', 2_000, 0, 600_000),
    limits,
    mockLimits: oneOf('MOCK_RATE_LIMITS', ['high', 'server'], 'high') === 'high' ? highLimits(limits) : limits,
    usageEveryMs: 15_000,
    bodyLimits: { bytesMax: 1_000_000, timeoutMs: 10_000 },
    guard: oneOf('GUARD', ['compiled', 'validator'], 'compiled'),
    violations: text('NODE_ENV') === 'production' ? 'log' : 'throw',
    logLevel: oneOf('LOG_LEVEL', ['fatal', 'error', 'warn', 'info', 'debug', 'silent'], 'info'),
  };
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return Object.freeze(config);
}

/** Names that Express knows for ranges of addresses. */
const nearby = ['loopback', 'linklocal', 'uniquelocal'];

const listOf = (value = ''): string[] =>
  value
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

function isOrigin(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && /^https?:\/\/[^/?#@\s]+\/?$/i.test(value) && url.pathname === '/';
}

const isHost = (value: string): boolean => isIP(value) > 0 || /^(?=.{1,253}$)[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(value);
const isPostgres = (value: string): boolean => /^(postgres|postgresql|socket):\/\//.test(value);
const isRedis = (value: string): boolean => /^rediss?:\/\//.test(value) && URL.canParse(value);

function areProxies(value: string): boolean {
  try {
    for (const one of listOf(value)) if (!nearby.includes(one)) addressRangeOf(one);
    return true;
  } catch {
    return false;
  }
}
