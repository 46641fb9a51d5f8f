// Every setting, empty, invalid and too large. Empty settings are unset, and all invalid settings are reported at once.
import { describe, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { leakReportKeys } from './support/partner.ts';

const huge = '9'.repeat(400);
const key = `one:${Buffer.alloc(32, 1).toString('base64')}`;
const read = (env: Record<string, string>) => readConfig(env);

type Setting = { name: string; right: string[]; wrong: string[] };
const settings: Setting[] = [
  { name: 'PORT', right: ['0', '80', '65535'], wrong: ['65536', '-1', '1.5', '0x10', '1e3', '80 81', 'http', huge] },
  { name: 'MOCK_PORT', right: ['0', '4010'], wrong: ['65536', '-1', 'x', huge] },
  {
    name: 'HOST',
    right: ['0.0.0.0', '::', '::1', 'localhost', 'api-1.internal'],
    wrong: ['a b', 'http://localhost', 'localhost:3000', '-x', huge],
  },
  {
    name: 'PUBLIC_URL',
    right: ['https://api.example.test', 'http://localhost:8080/', 'https://[::1]:8443'],
    wrong: [
      'api.example.test',
      'ftp://a',
      'https://a/b',
      'https://a?b',
      'https://user:word@a',
      'https://a b',
      'https://',
    ],
  },
  { name: 'MOCK_PUBLIC_URL', right: ['https://mock.example.test'], wrong: ['mock.example.test', '//a'] },
  {
    name: 'TRUSTED_PROXIES',
    right: ['loopback', '10.0.0.0/8', '10.0.0.1, ::1 ,fd00::/8,uniquelocal,', 'linklocal'],
    wrong: ['true', '1', '10.0.0.0/33', 'example.test', '10.0.0', huge],
  },
  {
    name: 'DATABASE_URL',
    right: ['postgres://u:p@h/d', 'postgresql://h/d'],
    wrong: ['mysql://u:secret@h/d', 'localhost', huge],
  },
  {
    name: 'REDIS_URL',
    right: ['redis://h', 'rediss://:p@h:6380/1'],
    wrong: ['localhost:6379', 'http://h', 'redis://:secret@h:99999999'],
  },
  {
    name: 'ENCRYPTION_KEYS',
    right: [key, `${key},two:${key.slice(4)}`],
    wrong: ['secret', `${key},`, 'one:AAAA', huge],
  },
  { name: 'LEAK_REPORT_KEYS', right: [leakReportKeys], wrong: ['secret', 'one:AAAA', huge] },
  { name: 'DEMO_DATA', right: ['true', 'false'], wrong: ['yes', '1', 'TRUE', huge] },
  { name: 'STATEMENT_TIMEOUT_MS', right: ['1', '600000'], wrong: ['0', '-1', '600001', '3s', huge] },
  { name: 'STOP_GRACE_MS', right: ['0', '600000'], wrong: ['-1', '600001', '5s', huge] },
  { name: 'REQUESTS_PER_ADDRESS', right: ['1', '1000000'], wrong: ['0', '-1', '1000001', 'many', huge] },
  { name: 'MOCK_RATE_LIMITS', right: ['high', 'server'], wrong: ['1000', 'HIGH', 'none', huge] },
  { name: 'LOG_LEVEL', right: ['info', 'silent'], wrong: ['verbose', 'INFO', huge] },
];
const namesOfAll = [...settings.map(({ name }) => name), 'DATA_DIR', 'NODE_ENV'];

describe.each(settings)('$name', ({ name, right, wrong }) => {
  test.each(right)('accepts %s', (value) => {
    expect(() => read({ [name]: value })).not.toThrow();
    expect(read({ [name]: ` ${value} ` })).toEqual(read({ [name]: value }));
  });

  test.each(wrong)('rejects %s', (value) => {
    expect(() => read({ [name]: value })).toThrow(new RegExp(`^${name}( must be |: )[^\n]+$`));
  });

  test('an error does not contain the value of the setting, which may be a secret', () => {
    for (const value of wrong) expect(() => read({ [name]: value })).not.toThrow(/secret|word|9{20}/);
  });
});

test.each(namesOfAll)('an empty %s counts as unset', (name) => {
  for (const empty of ['', ' ', '\t']) expect(read({ [name]: empty })).toEqual(read({}));
});

test('without settings, the defaults apply and the server listens on the loopback address only', () => {
  const config = read(Object.fromEntries(namesOfAll.map((name) => [name, ''])));
  expect(config).toEqual(read({}));
  expect(config).toMatchObject({
    port: 3000,
    mockPort: 4010,
    host: '127.0.0.1',
    dataDir: '.data',
    demoData: true,
    statementTimeoutMs: 3000,
    stopGraceMs: 2000,
    limits: { open: { requests: 60 }, failed: { requests: 60 } },
    mockLimits: { secret: { requests: 1_000_000 }, open: { requests: 1_000_000 } },
    trustedProxies: [],
  });
});

test('demo data is on with an empty DATABASE_URL and off with a DATABASE_URL', () => {
  expect(read({ DATABASE_URL: '' }).demoData).toBe(true);
  expect(read({ DATABASE_URL: 'postgres://h/d' }).demoData).toBe(false);
  expect(read({ DATABASE_URL: 'postgres://h/d', DEMO_DATA: 'true' }).demoData).toBe(true);
});

test('a public URL is normalized to an origin: lower case, no trailing slash, no default port', () => {
  expect(read({ PUBLIC_URL: 'HTTPS://API.example.test:443/' }).publicUrl).toBe('https://api.example.test');
});

test('all invalid settings are reported at once', () => {
  const env = Object.fromEntries(settings.map(({ name, wrong: [first = ''] }) => [name, first]));
  const lines = settings.map(({ name }) => expect.stringMatching(new RegExp(`^${name}( must be |: )`)));
  let message = '';
  try {
    read(env);
  } catch (error) {
    ({ message } = error as Error);
  }
  expect(message.split('\n')).toHaveLength(lines.length);
  expect(message.split('\n')).toEqual(expect.arrayContaining(lines));
});
