// Where the encryption keys come from: the environment, or a file of the data directory that is made on the first start.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EncryptionKeys } from './secretBox.ts';

const shape = /^[\w-]{1,32}:[0-9A-Za-z+/]{43}=$/;

/**
 * Reads `id:base64` pairs, parted by commas; the first one encrypts.
 * @throws Error when a pair is malformed or a key has not 32 bytes
 */
function parseKeys(text: string): EncryptionKeys {
  return text.split(',').map((pair) => {
    if (!shape.test(pair.trim())) throw new Error('an encryption key must have the form id:base64, with 32 bytes');
    const [id = '', key = ''] = pair.trim().split(':');
    return [id, Buffer.from(key, 'base64')];
  });
}

/**
 * The keys of the configuration, else those of the data directory.
 * @throws Error when a database of its own stands without keys of its own: the directory of one process would hold them, and
 * another process could not read what they encrypt
 */
export function encryptionKeysOf({ encryptionKeys, databaseUrl, dataDir }: Config): EncryptionKeys {
  if (encryptionKeys) return parseKeys(encryptionKeys);
  if (databaseUrl) throw new Error('DATABASE_URL needs ENCRYPTION_KEYS in the form id:base64, with 32 random bytes');
  return keysOfDataDir(dataDir);
}
type Config = { encryptionKeys: string | undefined; databaseUrl: string | undefined; dataDir: string };

/**
 * The directory's own keys, in its file `encryption-keys` (0600).
 * @throws Error that names the file when it is damaged
 */
function keysOfDataDir(dataDir: string): EncryptionKeys {
  const file = join(dataDir, 'encryption-keys');
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, `first:${randomBytes(32).toString('base64')}`, { mode: 0o600 });
    renameSync(`${file}.new`, file); // whole or not at all
  }
  try {
    return parseKeys(readFileSync(file, 'utf8'));
  } catch (cause) {
    const { message } = cause as Error;
    throw new Error(
      `${file} cannot be read: ${message}. Restore it from a backup: what it encrypted cannot be read without it`,
      { cause },
    );
  }
}
