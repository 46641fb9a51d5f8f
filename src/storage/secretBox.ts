// Encrypts data with AES-256-GCM. The key's ID is stored with the ciphertext, so that keys can be rotated.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Keys of 32 bytes by ID. The first one encrypts. */
export type EncryptionKeys = [id: string, key: Buffer][];
export type SecretBox = {
  /** @param context binds the ciphertext to its place: with another context, it cannot be decrypted */
  seal(text: string, context: string): Buffer;
  /** @throws if the key is unknown, or if the bytes or the context were changed */
  open(sealed: Buffer, context: string): string;
};

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** Layout: length of the key ID (1 byte), key ID, initialization vector, tag, ciphertext. */
export function createSecretBox(keys: EncryptionKeys): SecretBox {
  const [current] = keys;
  if (!current) throw new Error('there is no encryption key');
  const [currentId, currentKey] = current;
  const known = new Map(keys);

  return {
    seal(text, context) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, currentKey, iv).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.from([currentId.length]), Buffer.from(currentId), iv, cipher.getAuthTag(), body]);
    },
    open(sealed, context) {
      const at = 1 + (sealed[0] ?? 0);
      const id = sealed.toString('latin1', 1, at);
      const key = known.get(id);
      if (!key) throw new Error(`encryption key ${id} is not known`);
      const iv = sealed.subarray(at, at + ivBytes);
      const tag = sealed.subarray(at + ivBytes, at + ivBytes + tagBytes);
      const decipher = createDecipheriv(algorithm, key, iv, { authTagLength: tagBytes })
        .setAAD(Buffer.from(context))
        .setAuthTag(tag);
      return Buffer.concat([decipher.update(sealed.subarray(at + ivBytes + tagBytes)), decipher.final()]).toString(
        'utf8',
      );
    },
  };
}
