// Requests that `fetch` does not support: a repeated header, or a body without an end.
import { request } from 'node:http';
import type { Backend } from '../support/client.ts';
import { insist } from '../support/judge.ts';

type Raw = { method?: string; path: string; headers: [name: string, value: string][]; unfinishedBody?: string };
export type RawAnswer = { status: number; headers: Headers; body: any };

/** @param raw `unfinishedBody` is sent without an end */
export async function sendRaw(
  backend: Backend,
  { method = 'GET', path, headers, unfinishedBody }: Raw,
): Promise<RawAnswer> {
  const { host } = new URL(backend.url);
  const answer = await new Promise<RawAnswer>((resolve, reject) => {
    const outgoing = request(backend.url + path, { method, headers: ['Host', host, ...headers.flat()] }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', () => {
        resolve({
          status: res.statusCode as number, // always set on a response
          headers: new Headers(res.headers as Record<string, string>),
          body: JSON.parse(Buffer.concat(chunks).toString()),
        });
        outgoing.destroy();
      });
    });
    outgoing.on('error', reject);
    if (unfinishedBody === undefined) outgoing.end();
    else outgoing.write(unfinishedBody);
  });
  insist(backend.name, method, backend.url + path, answer.status, answer.headers, answer.body);
  return answer;
}
