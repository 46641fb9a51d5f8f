// Something to serve as it stands, with everything about it worked out once.
import { createHash } from 'node:crypto';

export type Document = { bytes: Buffer; headers: Record<string, string> };

/** @param policy its Content-Security-Policy */
export function documentOf(type: string, content: string | Buffer, policy: string): Document {
  const bytes = Buffer.from(content);
  return {
    bytes,
    headers: {
      'Content-Type': type,
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      ETag: `"${createHash('sha256').update(bytes).digest('base64url')}"`,
    },
  };
}
