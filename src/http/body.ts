// Reads the request body: checks media type and size, decodes it and parses JSON.
import { MIMEType } from 'node:util';
import express, { type RequestHandler } from 'express';
import { askForBody } from './expect.ts';
import { Problem } from './problem.ts';

export type BodyLimits = { bytesMax: number; timeoutMs: number };

/** The content encodings that Express can decode. */
const encodings = new Set(['identity', 'gzip', 'deflate', 'br', 'zstd']);

export function readBody({ bytesMax, timeoutMs }: BodyLimits): RequestHandler {
  const readRaw = express.raw({ limit: bytesMax, type: () => true });
  return (req, res, next) => {
    const { operation, contentType } = req.context;
    const { body } = operation;
    if (!body) return next();
    const length = req.headers['content-length'];
    const isPresent = req.headers['transfer-encoding'] !== undefined || Number(length ?? 0) > 0;
    if (!isPresent) return next(body.required ? missing() : undefined);
    const encoding = req.headers['content-encoding']?.toLowerCase() ?? 'identity';
    const isReadable = isOneOf(body.mediaTypes, contentType) && encodings.has(encoding);
    if (!isReadable) throw new Problem('unsupported_media_type');
    if (Number(length) > bytesMax) throw new Problem('payload_too_large');
    askForBody(req, res);

    const timer = setTimeout(
      () => finish(new Problem('request_timeout', { headers: { Connection: 'close' } })),
      timeoutMs,
    );
    let isFinished = false;
    const finish = (error?: unknown) => {
      clearTimeout(timer);
      if (isFinished) return; // the reader reports a second error when the connection of a timed-out request closes
      isFinished = true;
      if (error) return next(bodyProblem(error, encoding));
      try {
        req.context.raw = req.body;
        req.body = parse(req.body);
      } catch (problem) {
        return next(problem);
      }
      next();
    };
    readRaw(req, res, finish);
  };
}

const missing = (): Problem =>
  new Problem('parameter_missing', { param: 'body', message: 'A request body is required.' });

/** UTF-8 is the only charset that is allowed (RFC 8259, section 8.1). */
function isOneOf(mediaTypes: readonly string[], given: string | undefined): boolean {
  try {
    const { essence, params } = new MIMEType(given ?? '');
    return mediaTypes.includes(essence) && /^utf-?8$/i.test(params.get('charset') ?? 'utf-8');
  } catch {
    return false; // not a valid media type
  }
}

function parse(raw: unknown): unknown {
  if (!Buffer.isBuffer(raw) || raw.length === 0) throw missing();
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch (cause) {
    throw new Problem('invalid_json', { cause });
  }
}

function bodyProblem(error: unknown, encoding: string): unknown {
  const { type, status } = error as { type?: string; status?: number };
  if (type === 'entity.too.large') return new Problem('payload_too_large');
  if (type === 'encoding.unsupported') return new Problem('unsupported_media_type');
  // The remaining client errors of the reader: a body that was cut off, or that does not match its Content-Encoding.
  const message =
    encoding === 'identity' ? undefined : `The body cannot be decoded as ${encoding}, its Content-Encoding.`;
  return status === 400 ? new Problem('invalid_json', { message, cause: error }) : error;
}
