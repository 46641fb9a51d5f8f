// The partners that may report leaked keys, identified by the public keys of their signatures.
import { createPublicKey, type KeyObject, verify } from 'node:crypto';

export type Reporters = {
  /** Whether these bytes are signed with the partner's key that has this identifier. */
  haveSigned(identifier: string, signature: string, bytes: Buffer): boolean;
};

/** Contract: LeakReporter. A text of another form is not repeated in an error, because it may be a key. */
const identifiers = /^[0-9A-Za-z_-]{1,128}$/;

/**
 * @param listed `identifier:key` pairs, separated by commas. The key is the base64 of its PEM, without line breaks
 * @throws Error that names the entry, or its position, if it is not a P-256 public key
 */
export function reportersOf(listed = ''): Reporters {
  const keys = new Map(
    listed
      .split(',')
      .filter(Boolean)
      .map((entry, i) => {
        const [identifier = '', encoded] = entry.trim().split(':');
        if (!identifiers.test(identifier) || encoded === undefined)
          throw new Error(`LEAK_REPORT_KEYS: entry ${i + 1} must have the form identifier:key`);
        return [identifier, publicKeyOf(identifier, encoded)] as const;
      }),
  );
  return {
    haveSigned(identifier, signature, bytes) {
      const key = keys.get(identifier);
      return key !== undefined && verify('sha256', bytes, key, Buffer.from(signature, 'base64'));
    },
  };
}

function publicKeyOf(identifier: string, encoded: string): KeyObject {
  try {
    const key = createPublicKey({ key: Buffer.from(encoded, 'base64'), format: 'der', type: 'spki' });
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
      throw new RangeError('the key is not on the curve P-256');
    return key;
  } catch (cause) {
    throw new Error(`LEAK_REPORT_KEYS: ${identifier} is not a P-256 public key`, { cause });
  }
}
