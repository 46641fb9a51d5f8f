// Reads the request body: checks media type and size, decodes it and parses it.
import { MIMEType, promisify } from 'node:util';
import express, { type Request, type Response } from 'express';
import { multipart } from '../contract/forms.ts';
import type { Stage } from './context.ts';
import { askForBody } from './expect.ts';
import { bytesOfFiles, readMultipart } from './multipart.ts';
import { Problem } from './problem.ts';
import { readers } from './readers.ts';
import type { Operation } from './router.ts';

export type BodyLimits = { bytesMax: number; timeoutMs: number };

/** The content encodings that Express can decode. */
const encodings = new Set(['identity', 'gzip', 'deflate', 'br', 'zstd']);

export function readBody({ bytesMax, timeoutMs }: BodyLimits): Stage {
  const readRaw = promisify<Request, Response>(express.raw({ limit: bytesMax, type: () => true }));
  return async (req, res) => {
    const { operation, contentType } = req.context;
    const { body } = operation;
    if (!body) return;
    const length = req.headers['content-length'];
    const isPresent = req.headers['transfer-encoding'] !== undefined || Number(length ?? 0) > 0;
    if (!isPresent) {
      delete req.headers['content-type']; // without it, the guard expects no body
      if (body.required) throw missing();
      return;
    }
    const encoding = req.headers['content-encoding']?.toLowerCase() ?? 'identity';
    const mediaType = mediaTypeOf(body.mediaTypes, contentType);
    const isMultipart = mediaType === multipart;
    if (!mediaType || !encodings.has(encoding) || (isMultipart && encoding !== 'identity'))
      throw new Problem('unsupported_media_type');
    if (Number(length) > bytesMax + (isMultipart ? bytesOfFiles(body.form) : 0)) throw new Problem('payload_too_large');
    req.headers['content-type'] = mediaType; // the guard has a schema for each
    askForBody(req, res);

    const read = isMultipart ? readForm(req, res, body, bytesMax) : readRaw(req, res);
    await inTime(read, timeoutMs).catch((error: unknown) => {
      throw bodyProblem(error, encoding, mediaType);
    });
    if (!isMultipart) parse(req, mediaType, body);
  };
}

/** @throws 408 if the reading takes longer; the connection is closed then, because the rest of the body may still arrive */
function inTime(reading: Promise<void>, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Problem('request_timeout', { headers: { Connection: 'close' } }));
    const timer = setTimeout(late, timeoutMs);
    reading.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}

type Body = NonNullable<Operation['body']>;

async function readForm(req: Request, res: Response, { form }: Body, bytesMax: number): Promise<void> {
  const closed = new Promise((resolve) => res.once('close', resolve));
  const upload = await readMultipart(req, req.context.contentType ?? '', form, { bytesMax, closed });
  req.context.upload = upload;
  req.context.sent = upload.fields;
  req.body = upload.fields();
}

function parse(req: Request, mediaType: string, { form }: Body): void {
  const bytes: unknown = req.body;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) throw missing();
  const read = () => readers[mediaType]?.(bytes, form);
  req.context.raw = bytes;
  req.body = read();
  req.context.sent = read;
}

const missing = (): Problem =>
  new Problem('parameter_missing', { param: 'body', message: 'A request body is required.' });

/** The media type of the contract that was sent. UTF-8 is the only charset that is allowed (RFC 8259, section 8.1). */
function mediaTypeOf(mediaTypes: readonly string[], given: string | undefined): string | undefined {
  if (given !== undefined && mediaTypes.includes(given)) return given; // the usual case, without parsing
  try {
    const { essence, params } = new MIMEType(given ?? '');
    return /^utf-?8$/i.test(params.get('charset') ?? 'utf-8') ? mediaTypes.find((one) => one === essence) : undefined;
  } catch {
    return undefined; // not a valid media type
  }
}

function bodyProblem(error: unknown, encoding: string, mediaType: string): unknown {
  if (error instanceof Problem) return error;
  const { type, status } = error as { type?: string; status?: number };
  if (type === 'entity.too.large') return new Problem('payload_too_large');
  if (type === 'encoding.unsupported') return new Problem('unsupported_media_type');
  if (status !== 400) return error;
  // The remaining client errors of the reader: a body that was cut off, or that does not match its Content-Encoding.
  const isJson = mediaType === 'application/json';
  const undecodable = `The body cannot be decoded as ${encoding}, its Content-Encoding.`;
  const message = encoding !== 'identity' ? undecodable : isJson ? undefined : 'The body is incomplete.';
  return isJson
    ? new Problem('invalid_json', { message, cause: error })
    : new Problem('parameter_invalid', { param: 'body', message, cause: error });
}
