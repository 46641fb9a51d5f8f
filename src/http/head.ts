// Sends the head of a response, and compresses the body if the caller accepts it.
import compression from 'compression';
import type { Request, Response } from 'express';

const thresholdBytes = 1_000;

/** The media type of a response with a body, and its length in bytes if it is known. */
export type Entity = { mediaType: string; length: number | undefined };

/**
 * Sends status and headers: those that the stages have collected, those given, and those of the body. Afterwards, the body can be
 * written.
 */
export function sendHead(
  req: Request,
  res: Response,
  status: number,
  own: Record<string, string | number>,
  entity?: Entity,
): void {
  const headers: Record<string, string | number> = { ...req.context.headers, ...own };
  if (!entity) {
    if (status !== 204 && status !== 304) headers['Content-Length'] = 0;
    return void res.writeHead(status, headers);
  }
  const { mediaType, length } = entity;
  headers['Content-Type'] = mediaType;
  if (length !== undefined) headers['Content-Length'] = length;
  if (isCompressible(req, mediaType)) {
    headers.Vary = headers.Vary === undefined ? 'Accept-Encoding' : `${headers.Vary}, Accept-Encoding`;
    const isLong = length === undefined || length >= thresholdBytes;
    if (isLong && req.headers['accept-encoding'] !== undefined) compress(req, res, () => undefined); // replaces `writeHead` of `res`
  }
  res.writeHead(status, headers);
}

const compress = compression({ threshold: thresholdBytes, filter: () => true });

/**
 * A response that contains a secret is not compressed: if it also contains text that an attacker chose, its compressed length
 * reveals how much of that text matches the secret (BREACH attack). Nor are server-sent events: each must be sent at once, and the
 * compressor would buffer it.
 */
function isCompressible({ context: { operation } }: Request, mediaType: string): boolean {
  if (operation?.showsSecret || mediaType.startsWith('text/event-stream')) return false;
  const known = compressible.get(mediaType) ?? isCompressibleType(mediaType);
  compressible.set(mediaType, known);
  return known;
}

/** By media type. The contract has few of them. */
const compressible = new Map<string, boolean>();

/** The filter of the library looks up the type in a database. It reads nothing else. */
const isCompressibleType = (mediaType: string): boolean =>
  compression.filter({} as Request, { getHeader: () => mediaType } as unknown as Response);
