// The only reader of the environment. Reports everything that is wrong at once.
import { type Limits, standardLimits } from './http/limits.ts';

export type Config = {
  /** TCP ports of the API and the mock; 0 takes a free one. */
  port: number;
  mockPort: number;
  /** The address to listen on. */
  host: string;
  /** Where clients reach the API; https here makes https compulsory. Default: http://localhost and the port. */
  publicUrl: string | undefined;
  /** The same of the mock. */
  mockPublicUrl: string | undefined;
  /** Addresses and ranges whose X-Forwarded-* headers are believed. */
  trustedProxies: string[];
  /** The embedded database and demo.json. */
  dataDir: string;
  /** PostgreSQL in place of the embedded database. */
  databaseUrl: string | undefined;
  /** Where all instances count requests together; each in its own memory without it. */
  redisUrl: string | undefined;
  /** `id:base64` of 32 bytes, parted by commas; the first one encrypts. Made in the data directory if there is no DATABASE_URL. */
  encryptionKeys: string | undefined;
  /** Fill an empty database with demo data. */
  demoData: boolean;
  /** A statement that runs longer is ended, and its request answered with 503. */
  statementTimeoutMs: number;
  /** Public keys of partners that may report leaked keys: `identifier:` and the base64 of a PEM, parted by commas. */
  leakReportKeys: string | undefined;
  limits: Limits;
  /** How often usage and `lastUsedAt` are written; the contract allows a minute. */
  usageEveryMs: number;
  bodyLimits: { bytesMax: number; timeoutMs: number };
  /** What happens to an answer that breaks the contract. */
  violations: 'throw' | 'log';
  logLevel: string;
};

/** @throws one Error that names every variable that cannot be used */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const wrong: string[] = [];
  const number = (name: string, standard: number, max: number): number => {
    const value = Number(env[name] ?? standard);
    if (!Number.isInteger(value) || value < 0 || value > max)
      wrong.push(`${name} must be a whole number from 0 to ${max}`);
    return value;
  };
  const oneOf = <T extends string>(name: string, values: readonly T[], standard: T): T => {
    const value = env[name] ?? standard;
    if (!values.includes(value as T)) wrong.push(`${name} must be one of ${values.join(', ')}`);
    return value as T;
  };
  const origin = (name: string): string | undefined => {
    const value = env[name]?.replace(/\/$/, '');
    if (value !== undefined && !/^https?:\/\/[^/]+$/.test(value)) wrong.push(`${name} must be an http or https origin`);
    return value;
  };
  const redis = (name: string): string | undefined => {
    const value = env[name] || undefined;
    if (value !== undefined && !(/^rediss?:\/\//.test(value) && URL.canParse(value)))
      wrong.push(`${name} must be a redis:// or rediss:// address`); // without the value, which may hold a password
    return value;
  };

  const config: Config = {
    port: number('PORT', 3000, 65_535),
    mockPort: number('MOCK_PORT', 4010, 65_535),
    host: env.HOST ?? '127.0.0.1',
    publicUrl: origin('PUBLIC_URL'),
    mockPublicUrl: origin('MOCK_PUBLIC_URL'),
    trustedProxies: (env.TRUSTED_PROXIES ?? '')
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
    dataDir: env.DATA_DIR ?? '.data',
    databaseUrl: env.DATABASE_URL,
    redisUrl: redis('REDIS_URL'),
    encryptionKeys: env.ENCRYPTION_KEYS,
    leakReportKeys: env.LEAK_REPORT_KEYS,
    demoData: oneOf('DEMO_DATA', ['true', 'false'], env.DATABASE_URL ? 'false' : 'true') === 'true',
    statementTimeoutMs: number('STATEMENT_TIMEOUT_MS', 3_000, 600_000),
    limits: standardLimits(number('REQUESTS_PER_ADDRESS', 60, 1_000_000)),
    usageEveryMs: 15_000,
    bodyLimits: { bytesMax: 1_000_000, timeoutMs: 10_000 },
    violations: env.NODE_ENV === 'production' ? 'log' : 'throw',
    logLevel: oneOf('LOG_LEVEL', ['fatal', 'error', 'warn', 'info', 'debug', 'silent'], 'info'),
  };
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return Object.freeze(config);
}
