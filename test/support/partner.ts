// A secret-scanning partner for tests: its key pair, and the signature of a report.
import { createPrivateKey, sign } from 'node:crypto';

/** Created for tests and not used elsewhere. */
const privateKey =
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg3ezDdKGDXKyEKNoaXJYLwXYfebEE0+BWMqT3TkEzynOhRANCAAT1b1FT0zu8eNCDeR/atV7xmKknTS895FmXFw3KRRZmkPvXXVpV0Reyy6tgv0BhX3/HOZmPFTx0zBIdxFedUEZO';
const publicKey =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9W9RU9M7vHjQg3kf2rVe8ZipJ00vPeRZlxcNykUWZpD7111aVdEXssurYL9AYV9/xzmZjxU8dMwSHcRXnVBGTg==';
const identifier = 'test-partner';

/** The setting with which a server trusts the partner. */
export const leakReportKeys = `${identifier}:${publicKey}`;

/** The headers of a report with exactly this body. */
export function signatureOf(body: string): Record<string, string> {
  const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
  return {
    'github-public-key-identifier': identifier,
    'github-public-key-signature': sign('sha256', Buffer.from(body), key).toString('base64'),
  };
}
