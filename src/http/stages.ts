// The short stages: request ID, CORS, route, HTTPS, version, guard.
import type { Request, Response } from 'express';
import { requestHeaders, responseHeaders, versions } from '../../generated/operations.ts';
import { randomBase62 } from '../storage/ids.ts';
import type { Context, Stage } from './context.ts';
import type { Explain } from './explain.ts';
import type { Guard } from './guard.ts';
import { isMisspelt, readQuery } from './parameters.ts';
import { Problem } from './problem.ts';
import { createRouter, type Operation } from './router.ts';

const newest = versions.at(-1) as string; // the contract has at least one version
const exposed = responseHeaders.join(', ');

/** `req_` and 12 base62 characters. */
export const newRequestId = (): string => `req_${randomBase62(12)}`;

/**
 * Returns the headers that every response has. CORS allows any origin, without credentials; `cors` responds to preflight requests.
 * Caches must not store a response unless a later stage allows it.
 */
export const headersOfEveryAnswer = (requestId: string): Record<string, string> => ({
  'X-Request-Id': requestId,
  'CStar-Version': newest,
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': exposed,
  'Cache-Control': 'no-store',
});

/** Begins the context of a request. */
export const identify =
  (requestIds: () => string, clock: () => Date) =>
  (req: Request): void => {
    const requestId = requestIds();
    req.context = { requestId, now: clock(), headers: headersOfEveryAnswer(requestId) } as Context; // later stages set the other fields
  };

/** Whether it is a preflight request (Fetch standard, section 3.2). */
export const isPreflight = ({ method, headers }: Request): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;

export function answerPreflight({ context }: Request, res: Response): void {
  const headers = {
    'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
    'Access-Control-Allow-Headers': requestHeaders.join(', '),
    'Access-Control-Max-Age': '7200',
  };
  res.writeHead(204, { ...context.headers, ...headers }).end();
}

/** Finds the operation of the request. Moves the headers that Express and the guards must not see into the context. */
export function route(operations: readonly Operation[]): Stage {
  const find = createRouter(operations);
  return (req) => {
    const ifNoneMatch = req.headers['if-none-match'];
    delete req.headers['if-none-match']; // for `*`, Express would turn any response into a 304
    const found = find(req.path);
    if (!found) throw new Problem('route_not_found');
    req.context.isHead = req.method === 'HEAD';
    if (req.context.isHead) req.method = 'GET'; // Node drops the body of the response
    const operation = found.methods.get(req.method);
    if (!operation) {
      const allowed = [...found.methods.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
      throw new Problem('method_not_allowed', { headers: { Allow: allowed.join(', ') } });
    }
    // A guard chooses its checks by Content-Type, and may cache them. It must not see the caller's own values.
    req.context.contentType = req.headers['content-type'];
    delete req.headers['content-type'];
    if (operation.body) req.headers['content-type'] = operation.body.mediaTypes[0];
    if (operation.headers.includes('If-None-Match')) req.context.ifNoneMatch = ifNoneMatch;
    req.context.operation = operation;
    req.context.params = found.params;
    readQuery(req);
  };
}

/** Rejects plain HTTP instead of redirecting it: the key was already sent unencrypted. Health probes come from inside the network. */
export function requireHttps(publicUrl: string): Stage {
  const isRequired = publicUrl.startsWith('https:');
  return (req) => {
    if (isRequired && !req.secure && !req.context.operation.isProbe) throw new Problem('https_required');
  };
}

export const version: Stage = ({ headers, context }) => {
  const asked = headers['cstar-version'];
  if (asked === undefined) return;
  const known = versions.find((one) => one === asked);
  if (!known) throw new Problem('unsupported_version', { param: 'CStar-Version' });
  context.headers['CStar-Version'] = known;
};

/**
 * Rejects a request that does not fit the contract.
 * @param explain finds the error to respond with, whichever guard has rejected the request
 */
export const checkRequest =
  (guard: Guard, explain: Explain): Stage =>
  async (req) => {
    if (isMisspelt(req) || !(await guard.request(req))) throw explain(req);
  };
