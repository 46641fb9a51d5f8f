// The encryption keys, from the environment, or from a file in the data directory that is created on the first start.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EncryptionKeys } from './secretBox.ts';

const shape = /^[\w-]{1,32}:[0-9A-Za-z+/]{43}=$/;

/**
 * Parses `id:base64` pairs, separated by commas. The first one encrypts.
 * @throws Error if a pair is malformed or a key does not have 32 bytes
 */
function parseKeys(text: string): EncryptionKeys {
  return text.split(',').map((pair) => {
    if (!shape.test(pair.trim())) throw new Error('an encryption key must have the form id:base64, with 32 bytes');
    const [id = '', key = ''] = pair.trim().split(':');
    return [id, Buffer.from(key, 'base64')];
  });
}

/**
 * Returns the keys of the configuration, or else those of the data directory.
 * @throws Error if DATABASE_URL is set without encryption keys: they would be in the data directory of one process, and other
 * processes could not decrypt its data
 */
export function encryptionKeysOf({ encryptionKeys, databaseUrl, dataDir }: Config): EncryptionKeys {
  if (encryptionKeys) return parseKeys(encryptionKeys);
  if (databaseUrl) throw new Error('DATABASE_URL needs ENCRYPTION_KEYS in the form id:base64, with 32 random bytes');
  return keysOfDataDir(dataDir);
}
type Config = { encryptionKeys: string | undefined; databaseUrl: string | undefined; dataDir: string };

/**
 * The keys in the file `encryption-keys` (0600) of the directory.
 * @throws Error that names the file if it is damaged
 */
function keysOfDataDir(dataDir: string): EncryptionKeys {
  const file = join(dataDir, 'encryption-keys');
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, `first:${randomBytes(32).toString('base64')}`, { mode: 0o600 });
    renameSync(`${file}.new`, file); // atomic
  }
  try {
    return parseKeys(readFileSync(file, 'utf8'));
  } catch (cause) {
    const { message } = cause as Error;
    throw new Error(
      `${file} cannot be read: ${message}. Restore it from a backup. Without its keys, encrypted data in the database cannot be decrypted`,
      { cause },
    );
  }
}
