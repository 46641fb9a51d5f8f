// Invalid bodies, each with the expected response.
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { chunk, post, postChunked, type Row, request, tickets } from './requests.ts';

const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const megabytes = (count: number): Buffer => Buffer.alloc(count * 1_000_000, ' ');
const gzip = { extra: 'Content-Encoding: gzip\r\n' };
const encoded = (encoding: string) => ({ extra: `Content-Encoding: ${encoding}\r\n` });
const many = (count: number, entry: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => entry(i)).join();
const jsonHeader = 'Content-Type: application/json\r\n';
const flipped = (bytes: Buffer, at: number): Buffer =>
  Buffer.from(bytes.map((byte, i) => (i === at ? byte ^ 0xff : byte)));
const zipped = gzipSync('{"title":"zipped"}');

const json: Row[] = [
  ['truncated JSON', post('{"title":"x'), 400, 'invalid_json'],
  ['no JSON at all', post('title=x'), 400, 'invalid_json'],
  ['an empty body', post(''), 400, 'parameter_missing', 'body'],
  ['an empty chunked body', postChunked(['0\r\n\r\n']), 400, 'parameter_missing', 'body'],
  ['NaN', post('{"title":NaN}'), 400, 'invalid_json'],
  ['null as the body', post('null'), 400, 'parameter_invalid', 'body'],
  ['a string as the body', post('"title"'), 400, 'parameter_invalid', 'body'],
  ['an array as the body', post('[]'), 400, 'parameter_invalid', 'body'],
  ['half a million open brackets', post('['.repeat(500_000)), 400, 'invalid_json'],
  ['10,000 levels at the root', post(deep(10_000)), 400, 'parameter_invalid', '0'],
  ['10,000 levels in title', post(`{"title":${deep(10_000)}}`), 400, 'parameter_invalid', 'title'],
  [
    '10,000 levels in metadata',
    post(`{"title":"x","metadata":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`),
    400,
    'parameter_invalid',
    'metadata',
  ],
  ['400,000 levels', post(deep(400_000)), 400, 'parameter_invalid', '0'],
  ['60,000 unknown fields', post(`{"title":"x",${many(60_000, (i) => `"f${i}":1`)}}`), 400, 'parameter_unknown', 'f0'],
  ['50,000 tags', post(`{"title":"x","tags":[${many(50_000, (i) => `"t${i}"`)}]}`), 400, 'parameter_invalid', 'tags'],
  [
    '50,000 keys in metadata',
    post(`{"title":"x","metadata":{${many(50_000, (i) => `"k${i}":"v"`)}}}`),
    400,
    'parameter_invalid',
    'metadata',
  ],
  ['a title of 900 kB', post(JSON.stringify({ title: 'x'.repeat(900_000) })), 400, 'parameter_invalid', 'title'],
];

const size: Row[] = [
  ['10 MB with their length', post(megabytes(10)), 413, 'payload_too_large'],
  ['10 MB in chunks', postChunked([...Array(10).fill(chunk(megabytes(1))), '0\r\n\r\n']), 413, 'payload_too_large'],
  [
    'a length of 2^53-1',
    request(`POST ${tickets} HTTP/1.1`, `${jsonHeader}Content-Length: 9007199254740991\r\n`),
    413,
    'payload_too_large',
  ],
  [
    'a length beyond 64 bits',
    request(`POST ${tickets} HTTP/1.1`, `${jsonHeader}Content-Length: 99999999999999999999\r\n`),
    400,
    'malformed_request',
  ],
  [
    'a negative length',
    request(`POST ${tickets} HTTP/1.1`, `${jsonHeader}Content-Length: -1\r\n`),
    400,
    'malformed_request',
  ],
  ['a gzip bomb', post(gzipSync(megabytes(20)), gzip), 413, 'payload_too_large'],
  ['a brotli bomb', post(brotliCompressSync(megabytes(20)), encoded('br')), 413, 'payload_too_large'],
  ['a zstd bomb', post(zstdCompressSync(megabytes(20)), encoded('zstd')), 413, 'payload_too_large'],
  ['a deflate bomb', post(deflateSync(megabytes(20)), encoded('deflate')), 413, 'payload_too_large'],
];

const encodings: Row[] = [
  ['invalid gzip', post('{"title":"x"}', gzip), 400, 'invalid_json'],
  ['truncated gzip', post(zipped.subarray(0, -9), gzip), 400, 'invalid_json'],
  ['gzip with a wrong checksum', post(flipped(zipped, zipped.length - 6), gzip), 400, 'invalid_json'],
  ['gzip with trailing bytes', post(Buffer.concat([zipped, Buffer.from('behind')]), gzip), 400, 'invalid_json'],
  ['invalid deflate', post('{"title":"x"}', encoded('deflate')), 400, 'invalid_json'],
  ['invalid brotli', post('{"title":"x"}', encoded('br')), 400, 'invalid_json'],
  ['an unknown Content-Encoding', post('{"title":"x"}', encoded('rot13')), 415, 'unsupported_media_type'],
  ['two Content-Encodings', post(gzipSync(zipped), encoded('gzip, gzip')), 415, 'unsupported_media_type'],
  ['__proto__ as Content-Encoding', post('{}', encoded('__proto__')), 415, 'unsupported_media_type'],
  ['invalid zstd', post('{"title":"x"}', encoded('zstd')), 400, 'invalid_json'],
];

const text: Row[] = [
  ['NUL in text', post('{"title":"a\\u0000b"}'), 400, 'parameter_invalid', 'title'],
  ['NUL in a key', post('{"title":"x","metadata":{"\\u0000":"y"}}'), 400, 'parameter_invalid', 'metadata.\0'],
  ['a bare NUL in JSON', post('{"title":"a\0b"}'), 400, 'invalid_json'],
  ['half a surrogate pair in text', post('{"title":"\\ud800"}'), 400, 'parameter_invalid', 'title'],
  [
    'the other half of a surrogate pair in an array',
    post('{"title":"x","tags":["\\udfff"]}'),
    400,
    'parameter_invalid',
    'tags.0',
  ],
  ['bytes that are not UTF-8', post(Buffer.from('{"title":"\xff"}', 'latin1')), 400, 'invalid_json'],
  ['an overlong NUL', post(Buffer.from('{"title":"\xc0\x80"}', 'latin1')), 400, 'invalid_json'],
  ['UTF-16', post(Buffer.from('{"title":"x"}', 'utf16le')), 400, 'invalid_json'],
  [
    'charset Latin-1',
    post('{"title":"x"}', { type: 'application/json; charset=iso-8859-1' }),
    415,
    'unsupported_media_type',
  ],
  [
    'charset UTF-16',
    post('{"title":"x"}', { type: 'application/json; charset=utf-16' }),
    415,
    'unsupported_media_type',
  ],
  ['no Content-Type', post('{"title":"x"}', { type: '' }), 415, 'unsupported_media_type'],
  [
    'text/plain before application/json',
    post('{"title":"x"}', { type: 'text/plain', extra: jsonHeader }),
    415,
    'unsupported_media_type',
  ],
];

const names: Row[] = [
  ['__proto__ at the root', post('{"title":"x","__proto__":{"isAdmin":true}}'), 400, 'parameter_invalid', '__proto__'],
  [
    '__proto__ in metadata',
    post('{"title":"x","metadata":{"__proto__":"y"}}'),
    400,
    'parameter_invalid',
    'metadata.__proto__',
  ],
  [
    '__proto__ further in',
    post('{"title":"x","metadata":{"a":{"__proto__":{}}}}'),
    400,
    'parameter_invalid',
    'metadata.a.__proto__',
  ],
  [
    'constructor.prototype at the root',
    post('{"title":"x","constructor":{"prototype":{"isAdmin":true}}}'),
    400,
    'parameter_unknown',
    'constructor',
  ],
  [
    'constructor.prototype in metadata',
    post('{"title":"x","metadata":{"constructor":{"prototype":{}}}}'),
    400,
    'parameter_invalid',
    'metadata.constructor',
  ],
  ['hasOwnProperty at the root', post('{"title":"x","hasOwnProperty":1}'), 400, 'parameter_unknown', 'hasOwnProperty'],
  ['toString in place of title', post('{"toString":"x"}'), 400, 'parameter_missing', 'title'],
];

const numbers: Row[] = [
  ['1e999 in text', post('{"title":1e999}'), 400, 'parameter_invalid', 'title'],
  ['1e400 in metadata', post('{"title":"x","metadata":{"a":1e400}}'), 400, 'parameter_invalid', 'metadata.a'],
  [
    'twenty nines in metadata',
    post('{"title":"x","metadata":{"a":99999999999999999999}}'),
    400,
    'parameter_invalid',
    'metadata.a',
  ],
  ['-0 in priority', post('{"title":"x","priority":-0}'), 400, 'parameter_invalid', 'priority'],
];

const framing: Row[] = [
  [
    'Content-Length and Transfer-Encoding',
    postChunked(['0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'], 'Content-Length: 4\r\n'),
    400,
    'malformed_request',
  ],
  ['two lengths', post('{"title":"x"}', { extra: 'Content-Length: 5\r\n' }), 400, 'malformed_request'],
  [
    'Transfer-Encoding that ends otherwise',
    [...request(`POST ${tickets} HTTP/1.1`, `${jsonHeader}Transfer-Encoding: chunked, identity\r\n`), '{}'],
    400,
    'malformed_request',
  ],
  [
    'xchunked',
    [...request(`POST ${tickets} HTTP/1.1`, `${jsonHeader}Transfer-Encoding: xchunked\r\n`), '{}'],
    400,
    'malformed_request',
  ],
  ['a chunk size that is not a number', postChunked(['zz\r\n\r\n']), 400, 'malformed_request'],
  ['a chunk extension of 20 kB', postChunked([`2;${'a'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`]), 400, 'malformed_request'],
  [
    'a header behind the body',
    postChunked(['2\r\n{}\r\n0\r\nContent-Type: text/plain\r\n\r\n']),
    400,
    'parameter_missing',
    'title',
  ],
];

export const hostileBodies: Row[] = [...json, ...size, ...encodings, ...text, ...names, ...numbers, ...framing];
