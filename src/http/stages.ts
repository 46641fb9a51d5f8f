// The stages before authentication, each one middleware: identity, CORS, route, https, version.
import type { RequestHandler } from 'express';
import { requestHeaders, responseHeaders, versions } from '../../generated/operations.ts';
import { randomBase62 } from '../storage/ids.ts';
import type { Context } from './context.ts';
import { Problem } from './problem.ts';
import { createRouter, type Operation } from './router.ts';

const newest = versions.at(-1) as string; // the contract lists at least one

/** `req_` and 12 base62 characters. */
export const newRequestId = (): string => `req_${randomBase62(12)}`;

/**
 * The headers of every answer, whoever writes it. CORS: any origin, no credentials; a preflight is answered by `cors`.
 * Nothing is kept by caches, unless a later stage says that it may be.
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
    req.context = { requestId, now: clock() } as Context; // the later stages fill in the rest
    for (const [name, value] of Object.entries(headersOfEveryAnswer(requestId))) res.setHeader(name, value);
    next();
  };
}

/** Answers a preflight (Fetch standard, section 3.2). */
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
    delete req.headers['if-none-match']; // for `*` Express makes 304 of any answer, and no answer of ours is conditional
    const found = find(req.path);
    if (!found) throw new Problem('route_not_found');
    if (req.method === 'HEAD') req.method = 'GET'; // Node drops the body of the answer by itself
    const operation = found.methods.get(req.method);
    if (!operation) {
      const allowed = [...found.methods.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
      throw new Problem('method_not_allowed', { headers: { Allow: allowed.join(', ') } });
    }
    // The validator keeps one compiled schema per Content-Type that it meets, on any answer: it may never see the caller's own.
    req.context.contentType = req.headers['content-type'];
    delete req.headers['content-type'];
    if (operation.body) req.headers['content-type'] = operation.body.mediaTypes[0];
    req.context.operation = operation;
    req.context.params = found.params;
    next();
  };
}

/** Never a redirect: the key has crossed the network in clear by then. Probes come from inside. */
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
