// The bytes of requests on the tickets of the demo team, well made but for what a test spoils.
import { keys, team } from '../support/client.ts';
import type { Chunk } from './socket.ts';

/** A name, what is sent, and status, code and `param` of the answer. */
export type Row = [name: string, bytes: Chunk[], status: number, code: string, param?: string];

export const tickets = `/api/v1/teams/${team.id}/tickets`;
const key = `Authorization: Bearer ${keys.secretTest}\r\n`;
const host = 'Host: localhost\r\n';

/** @param target what stands in the request line @param extra header lines, each with its end */
export const get = (target: string, extra = ''): Chunk[] => request(`GET ${target} HTTP/1.1`, extra);

/** Any request line; host and key follow. */
export const request = (line: string, extra = ''): Chunk[] => [
  Buffer.from(`${line}\r\n${host}${key}${extra}\r\n`, 'latin1'),
];

/** The same without a key. */
export const keyless = (line: string, extra = ''): Chunk[] => [Buffer.from(`${line}\r\n${host}${extra}\r\n`, 'latin1')];

type Spoilt = { target?: string; type?: string | undefined; extra?: string };

/** A new ticket from this body, with its length. */
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

/** The same in chunks, whose bytes are as given. */
export const postChunked = (chunks: Chunk[], extra = ''): Chunk[] => [
  ...request(`POST ${tickets} HTTP/1.1`, `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n${extra}`),
  ...chunks,
];

/** One chunk as HTTP frames it. */
export const chunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
