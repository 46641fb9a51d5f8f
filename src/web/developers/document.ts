// A static document whose headers, compressed forms and entity tags are computed once.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Request, Response } from 'express';

type Form = { bytes: Buffer; headers: Record<string, string> };
export type Document = {
  headers: Record<string, string>;
  /** Compresses the document on first use, in the thread pool. */
  inForm(encoding: Encoding | 'identity'): Promise<Form>;
};

const thresholdBytes = 1_000;
const encoders = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 9, // 11 takes ten times as long and saves a few percent
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: 9 }),
};
type Encoding = keyof typeof encoders;
/** In order of preference. */
const encodings = Object.keys(encoders) as Encoding[];

/** @param policy its Content-Security-Policy */
export function documentOf(type: string, content: string | Buffer, policy: string): Document {
  const bytes = Buffer.from(content);
  const tag = createHash('sha256').update(bytes).digest('base64url');
  const forms = new Map<string, Promise<Form>>([
    ['identity', Promise.resolve({ bytes, headers: { ETag: `"${tag}"` } })],
  ]);
  const encoded = async (encoding: Encoding): Promise<Form> => ({
    bytes: await encoders[encoding](bytes),
    headers: { ETag: `"${tag}-${encoding}"`, 'Content-Encoding': encoding }, // other bytes need another tag
  });
  return {
    headers: {
      'Content-Type': type,
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      Vary: 'Accept-Encoding',
    },
    inForm(encoding) {
      const known = forms.get(encoding);
      if (known) return known;
      if (encoding === 'identity' || bytes.length <= thresholdBytes) return this.inForm('identity');
      const form = encoded(encoding);
      forms.set(encoding, form);
      return form;
    },
  };
}

/** Sends the best form that the caller accepts, or 304 if the caller already has it. */
export async function sendDocument(
  req: Request,
  res: Response,
  document: Document,
  { status = 200, cacheControl }: { status?: number; cacheControl: string },
): Promise<void> {
  const encoding = encodings.find((one) => req.acceptsEncodings(one)) ?? 'identity';
  const { bytes, headers } = await document.inForm(encoding);
  res
    .status(status)
    .set({ ...document.headers, ...headers, 'Cache-Control': cacheControl })
    .send(bytes);
}
