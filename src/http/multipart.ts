// Reads a multipart form (RFC 7578). Each file goes to a temporary file while it arrives, so that uploads do not fill the memory.
import { createHash } from 'node:crypto';
import { createWriteStream, openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { Form, FormField } from '../contract/forms.ts';
import { Problem } from './problem.ts';
import { createFields } from './readers.ts';

/**
 * `fields` returns what the guard checks: a file is an empty text in it. `body` has the files. `digests` identify their content and names,
 * so that a retry can be told from another request.
 */
export type Upload = { fields: () => Record<string, unknown>; body: Record<string, unknown>; digests: string[] };

/** Without a file if the field is not one. */
type StoredFile = { name: string; file?: File; digest?: string };

const fieldsMax = 100;
const nameLengthMax = 255;

/** The bytes that the files of a form may have together. */
export const bytesOfFiles = (form: Form): number =>
  Object.values(form).reduce((sum, { bytesMax = 0, countMax = 0 }) => sum + bytesMax * countMax, 0);

/**
 * @param bytesMax of the fields that are no files
 * @param closed resolves when the files are not needed any more
 * @throws 400 for a malformed body or a file of the wrong type, 413 for a file that is too large
 */
export async function readMultipart(
  source: Readable,
  contentType: string,
  form: Form,
  { bytesMax, closed }: { bytesMax: number; closed: Promise<unknown> },
): Promise<Upload> {
  const folder = await mkdtemp(join(tmpdir(), 'cstar-upload-'));
  void closed.then(() => rm(folder, { recursive: true, force: true }));
  const fields = createFields(form);
  const body = createFields(form);
  const digests: string[] = [];
  const files: Promise<StoredFile>[] = [];
  const parser = parserOf(contentType, bytesMax);
  parser.on('field', (name, value, _nameCut, isCut) => {
    if (isCut) return void parser.destroy(new Problem('payload_too_large'));
    for (const each of [fields, body]) each.add(name, value);
  });
  parser.on('file', (name, stream, filename, _encoding, mediaType) => {
    const stored = store(stream, { name, filename, mediaType, path: join(folder, String(files.length)) });
    stored.catch((error) => parser.destroy(error));
    files.push(stored);
  });
  for (const limit of ['filesLimit', 'fieldsLimit'] as const)
    parser.on(limit, () => parser.destroy(new Problem('payload_too_large')));
  try {
    await fed(source, parser);
    for (const { name, file, digest } of await Promise.all(files)) {
      fields.add(name, file ? '' : {}); // the guard rejects an object in place of a text or nothing
      body.add(name, file);
      if (digest) digests.push(digest);
    }
  } catch (error) {
    await Promise.allSettled(files);
    throw error instanceof Problem ? error : malformed(error);
  }
  return { fields: fields.body, body: body.body(), digests };

  async function store(
    stream: Readable,
    { name, filename = '', mediaType, path }: { name: string; filename?: string; mediaType: string; path: string },
  ): Promise<StoredFile> {
    const field = form[name];
    if (field?.type !== 'file') {
      stream.resume();
      return { name };
    }
    refuseType(field, name, mediaType);
    const shown = filename.slice(0, nameLengthMax);
    const hash = createHash('sha256');
    await pipeline(stream, limited(field, name, hash), createWriteStream(path, { mode: 0o600 }));
    const file = new File([await openAsBlob(path)], shown, { type: mediaType });
    return { name, file, digest: JSON.stringify([name, shown, mediaType, hash.digest('hex')]) };
  }
}

function parserOf(contentType: string, bytesMax: number): BusboyInstance {
  try {
    const limits = { fieldSize: bytesMax, fields: fieldsMax, files: fieldsMax, fieldNameSize: nameLengthMax };
    return new Busboy({
      headers: { 'content-type': contentType },
      limits,
      isPartAFile: (_n, _t, file) => file !== undefined,
    });
  } catch (cause) {
    throw malformed(cause); // no boundary
  }
}

/** Unlike a pipeline, it keeps the connection of a failed request, on which the error response is sent. */
function fed(source: Readable, parser: BusboyInstance): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    parser.once('finish', resolve).once('error', reject);
    source.once('error', reject).once('close', () => source.readableEnded || reject(new Error('the body was cut off')));
    source.pipe(parser);
  }).finally(() => {
    source.unpipe(parser);
    source.resume();
  });
}

const malformed = (cause: unknown): Problem =>
  new Problem('parameter_invalid', { param: 'body', message: 'The body is not a complete multipart form.', cause });

function refuseType({ mediaTypes = [] }: FormField, name: string, given: string): void {
  if (mediaTypes.length > 0 && !mediaTypes.includes(given))
    throw new Problem('parameter_invalid', {
      param: name,
      message: `'${name}' must be a file of type ${mediaTypes.join(' or ')}.`,
    });
}

/** Passes the bytes on and hashes them. */
function limited({ bytesMax = 0 }: FormField, name: string, hash: { update(bytes: Buffer): unknown }): Transform {
  let size = 0;
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      size += bytes.length;
      hash.update(bytes);
      if (size <= bytesMax) return done(null, bytes);
      done(
        new Problem('payload_too_large', { param: name, message: `'${name}' must have at most ${bytesMax} bytes.` }),
      );
    },
  });
}
