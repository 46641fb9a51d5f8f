// The bytes of valid requests on the tickets of the demo team, which tests modify.
import { keys, team } from '../support/client.ts';
import type { Chunk } from './socket.ts';

/** A name, the bytes, and the status, code and `param` of the response. */
export type Row = [name: string, bytes: Chunk[], status: number, code: string, param?: string];

export const tickets = `/api/v1/teams/${team.id}/tickets`;
const key = `Authorization: Bearer ${keys.secretTest}\r\n`;
const host = 'Host: localhost\r\n';

/** @param target the target in the request line @param extra header lines, each with its line end */
export const get = (target: string, extra = ''): Chunk[] => request(`GET ${target} HTTP/1.1`, extra);

/** A request with this request line, the host and the key. */
export const request = (line: string, extra = ''): Chunk[] => [
  Buffer.from(`${line}\r\n${host}${key}${extra}\r\n`, 'latin1'),
];

/** The same without a key. */
export const keyless = (line: string, extra = ''): Chunk[] => [Buffer.from(`${line}\r\n${host}${extra}\r\n`, 'latin1')];

type Spoilt = { target?: string; type?: string | undefined; extra?: string };

/** A request that creates a ticket from this body, with its length. */
export function post(body: Chunk, { target = tickets, type = 'application/json', extra = '' }: Spoilt = {}): Chunk[] {
  const bytes = Buffer.from(body as string);
  return [
    ...request(
      `POST ${target} HTTP/1.1`,
      `${type && `Content-Type: ${type}\r\n`}Content-Length: ${bytes.length}\r\n${extra}`,
    ),
    bytes,
  ];
}

/** The same with these bytes as chunks. */
export const postChunked = (chunks: Chunk[], extra = ''): Chunk[] => [
  ...request(`POST ${tickets} HTTP/1.1`, `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n${extra}`),
  ...chunks,
];

/** One chunk in HTTP framing. */
export const chunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
