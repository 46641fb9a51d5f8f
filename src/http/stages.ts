// The short stages, one middleware each: request id, CORS, route, HTTPS, version, guard.
import type { RequestHandler } from 'express';
import { requestHeaders, responseHeaders, versions } from '../../generated/operations.ts';
import { randomBase62 } from '../storage/ids.ts';
import type { Context } from './context.ts';
import type { Guard } from './guard.ts';
import { readQuery } from './parameters.ts';
import { Problem } from './problem.ts';
import { createRouter, type Operation } from './router.ts';

const newest = versions.at(-1) as string; // the contract has at least one version

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
  'Access-Control-Expose-Headers': responseHeaders.join(', '),
  'Cache-Control': 'no-store',
});

export function identify(requestIds: () => string, clock: () => Date): RequestHandler {
  return (req, res, next) => {
    const requestId = requestIds();
    req.context = { requestId, now: clock() } as Context; // later stages set the other fields
    for (const [name, value] of Object.entries(headersOfEveryAnswer(requestId))) res.setHeader(name, value);
    next();
  };
}

/** Responds to a preflight request (Fetch standard, section 3.2). */
export const cors: RequestHandler = (req, res, next) => {
  if (req.method !== 'OPTIONS' || !req.headers['access-control-request-method']) return next();
  res.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, POST, PUT, PATCH, DELETE');
  res.setHeader('Access-Control-Allow-Headers', requestHeaders.join(', '));
  res.setHeader('Access-Control-Max-Age', '7200');
  res.status(204).end();
};

export function route(operations: readonly Operation[]): RequestHandler {
  const find = createRouter(operations);
  return (req, _res, next) => {
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
    next();
  };
}

/** Rejects plain HTTP instead of redirecting it: the key was already sent unencrypted. Health probes come from inside the network. */
export function requireHttps(publicUrl: string): RequestHandler {
  const isRequired = publicUrl.startsWith('https:');
  return (req, _res, next) => {
    if (isRequired && !req.secure && !req.context.operation.isProbe) throw new Problem('https_required');
    next();
  };
}

export const version: RequestHandler = (req, res, next) => {
  const asked = req.headers['cstar-version'];
  if (asked === undefined) return next();
  const known = versions.find((one) => one === asked);
  if (!known) throw new Problem('unsupported_version', { param: 'CStar-Version' });
  res.setHeader('CStar-Version', known);
  next();
};

export function checkRequest(guard: Guard): RequestHandler {
  return async (req, _res, next) => {
    await guard.request(req);
    next();
  };
}
