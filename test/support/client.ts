// A typed client for each backend. Every response is judged.
import createClient, { type Client } from 'openapi-fetch';
import { inject } from 'vitest';
import type { paths } from '../../generated/types.ts';
import type { DemoTeam } from '../../src/storage/demo/credentials.ts';
import { insist } from './judge.ts';
import { leave } from './runDir.ts';
import type { Pair } from './servers.ts';

export type Backend = { name: 'server' | 'mock'; url: string };

const backendsOf = ({ server, mock }: Pair): [Backend, Backend] => [
  { name: 'server', url: server },
  { name: 'mock', url: mock },
];
export const open = inject('open');
export const limited = inject('limited');
export const proxied = inject('proxied');
/** For `describe.each`: the server and the mock, without effective limits. */
export const backends = backendsOf(open);
/** The same with limits of one request. */
export const limitedBackends = backendsOf(limited);
/**
 * Behind a proxy that terminates TLS, so requests require `throughProxy`. Tests do not write here. The limits are two
 * requests, except for secret keys.
 */
export const proxiedBackends = backendsOf(proxied);
export const [team, otherTeam] = open.demo.teams as [DemoTeam, DemoTeam];
export const keys = team.keys;

/** The headers of the trusted proxy. Each address has its own limits. */
export const throughProxy = (address = '192.0.2.1'): Record<string, string> => ({
  'x-forwarded-proto': 'https',
  'x-forwarded-for': address,
});

/** The name under which a response is recorded. Responses that `Prefer` selects are recorded separately. */
export const recordedAs = (backend: Backend, headers: Headers): string =>
  backend.name === 'mock' && headers.has('prefer') ? 'played' : backend.name;

/** `fetch` with a judged response, for requests that the contract does not allow. */
export function judgedFetch(backend: Backend): (request: Request) => Promise<Response> {
  return async (request) => {
    const { method, url } = request;
    const response = await fetch(request);
    if (method === 'HEAD' || (method === 'OPTIONS' && response.status === 204)) return response;
    const text = await response.clone().text();
    const isJson = response.headers.get('Content-Type')?.startsWith('application/json');
    const body = isJson ? JSON.parse(text) : text;
    refuseEcho(request, body);
    if (backend.name === 'server' && typeof body?.data?.key === 'string') leave('keys', body.data.key);
    insist(recordedAs(backend, request.headers), method, url, response.status, response.headers, body);
    if (backend.name === 'server' && response.ok && request.headers.has('idempotency-key'))
      leave('replies', response.headers.get('X-Request-Id') as string); // the ID of the first response, or there is no stored response
    return response;
  };
}

/** A response never contains the key of the request. */
function refuseEcho({ headers, url }: Request, body: unknown): void {
  const secret = headers.get('authorization')?.match(/[sp]k_(?:live|test)_(\S{32})$/)?.[1];
  if (secret && JSON.stringify(body).includes(secret)) throw new Error(`the answer of ${url} says the key that asked`);
}

/** A client with a secret test key of the demo team, or with the given key. '' sends no key. */
export function clientOf(
  backend: Backend,
  key: string = keys.secretTest,
  headers: Record<string, string> = {},
): Client<paths> {
  return createClient<paths>({
    baseUrl: backend.url,
    headers: { ...headers, ...(key && { authorization: `Bearer ${key}` }) },
    fetch: judgedFetch(backend),
  });
}

/** Sends any request unchanged. The path starts with a slash. */
export function send(
  backend: Backend,
  path: string,
  { key = keys.secretTest, headers, ...init }: RequestInit & { key?: string } = {},
): Promise<Response> {
  const authorization: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  return judgedFetch(backend)(
    new Request(backend.url + path, { ...init, headers: { ...authorization, ...(headers as Record<string, string>) } }),
  );
}
