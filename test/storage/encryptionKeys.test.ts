import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encryptionKeysOf } from '../../src/storage/encryptionKeys.ts';

const [one, two] = [randomBytes(32), randomBytes(32)];
const pair = (id: string, key: Buffer) => `${id}:${key.toString('base64')}`;
const databaseUrl = 'postgres://localhost/x';
let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'keys-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));
const keysOf = (encryptionKeys: string | undefined, url?: string) =>
  encryptionKeysOf({ encryptionKeys, databaseUrl: url, dataDir });

describe('encryption keys in the configuration', () => {
  test('are read in order, with or without spaces', () => {
    const wanted = [
      ['b', one],
      ['a', two],
    ];
    expect(keysOf(`${pair('b', one)},${pair('a', two)}`, databaseUrl)).toEqual(wanted);
    expect(keysOf(` ${pair('b', one)} , ${pair('a', two)} `)).toEqual(wanted);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  test.each([
    ['no id', one.toString('base64')],
    ['an empty id', pair('', one)],
    ['an id with a space', pair('a b', one)],
    ['an id of 33 characters', pair('i'.repeat(33), one)],
    ['31 bytes', pair('a', randomBytes(31))],
    ['33 bytes', pair('a', randomBytes(33))],
    ['hex', `a:${one.toString('hex')}`],
    ['a comma at the end', `${pair('a', one)},`],
  ])('are rejected with %s, and not included in the message', (_, text) => {
    expect(() => keysOf(text)).toThrow(/^an encryption key must have the form id:base64, with 32 bytes$/);
  });

  test('are required with another database', () => {
    expect(() => keysOf(undefined, databaseUrl)).toThrow('DATABASE_URL needs ENCRYPTION_KEYS');
    expect(readdirSync(dataDir)).toEqual([]);
  });
});

describe('encryption keys in the data directory', () => {
  test('are created once, for the owner only', () => {
    const [[id, key] = ['', Buffer.alloc(0)], ...rest] = keysOf(undefined);
    expect([id, key.length, rest]).toEqual(['first', 32, []]);
    expect(keysOf(undefined)).toEqual([[id, key]]);
    const [file = ''] = readdirSync(dataDir);
    expect(statSync(join(dataDir, file)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(dataDir, file), 'utf8')).toBe(pair('first', key));
  });

  test('are created in a directory that does not exist yet, for the owner only', () => {
    const inner = join(dataDir, 'inner');
    encryptionKeysOf({ encryptionKeys: undefined, databaseUrl: undefined, dataDir: inner });
    expect(statSync(inner).mode & 0o777).toBe(0o700);
  });

  test('are not replaced if they cannot be read', () => {
    const file = join(dataDir, 'encryption-keys');
    writeFileSync(file, 'broken');
    expect(() => keysOf(undefined)).toThrow(`${file} cannot be read: an encryption key must have the form`);
    expect(readFileSync(file, 'utf8')).toBe('broken');
  });
});
