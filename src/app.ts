// The stages of a request, in order (the same for the server and the mock).
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { operationTable } from '../generated/operations.ts';
import { accept } from './http/accept.ts';
import { dropPorts } from './http/addresses.ts';
import { answer, type Backend } from './http/answer.ts';
import { keyAuthenticator } from './http/apiKeys.ts';
import { authenticate, authorize, createIdentify, inForce, stillInForce } from './http/authenticate.ts';
import type { Authenticator } from './http/authenticator.ts';
import { type BodyLimits, readBody } from './http/body.ts';
import { type Buckets, memoryBuckets } from './http/buckets.ts';
import type { Stage } from './http/context.ts';
import { createAnswerError } from './http/errors.ts';
import type { Guard, OnViolation } from './http/guard.ts';
import type { Keyring } from './http/keyring.ts';
import { createLimiter, type Limits } from './http/limits.ts';
import { createRecord } from './http/record.ts';
import type { Operation } from './http/router.ts';
import type { Rules } from './http/rules.ts';
import { answerPreflight, checkRequest, identify, isPreflight, requireHttps, route, version } from './http/stages.ts';
import { refuseBrokenText } from './http/text.ts';
import type { Meter } from './http/usage.ts';

export type Deps = {
  /** Default: the operations of the contract. */
  operations?: readonly Operation[];
  backend: Backend;
  keyring: Keyring;
  /** For security schemes other than API keys. */
  authenticators?: readonly Authenticator[];
  /** Counts the requests of keys. */
  meter: Meter;
  guard: Guard;
  onViolation: OnViolation;
  rules: Rules;
  /** The pages under /developers/api. */
  pages: RequestHandler;
  log: Logger;
  clock: () => Date;
  requestIds: () => string;
  limits: Limits;
  /** Where requests are counted for the rate limits. Default: in the memory of this app. */
  buckets?: Buckets;
  bodyLimits: BodyLimits;
  /** The URL at which clients reach this server. If it is https, plain HTTP is rejected. */
  publicUrl: string;
  /** Addresses and ranges of proxies whose X-Forwarded-* headers are trusted. */
  trustedProxies: string[];
};

export function createApp({
  operations = operationTable,
  backend,
  keyring,
  authenticators = [],
  meter,
  guard,
  onViolation,
  rules,
  pages,
  log,
  clock,
  requestIds,
  limits,
  buckets = memoryBuckets(),
  bodyLimits,
  publicUrl,
  trustedProxies,
}: Deps): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('strict routing').enable('case sensitive routing');
  app.set('trust proxy', trustedProxies);
  const heard: OnViolation = (violation, req) => {
    onViolation(violation, req);
    if (req.context.mustFit) throw violation;
  };
  const { limit, chargeFailure } = createLimiter(limits, buckets);
  const identifyCaller = createIdentify([keyAuthenticator(keyring), ...authenticators], operations);
  const check = inForce(identifyCaller, clock);
  const record = createRecord(log, meter);
  const begin = identify(requestIds, clock);
  const answerError = createAnswerError(publicUrl, log, { guard, onViolation: heard });
  const stages: Stage[] = [
    dropPorts,
    route(operations), //                      404 route_not_found, 405 method_not_allowed
    requireHttps(publicUrl), //                403 https_required
    version, //                                400 unsupported_version
    authenticate(identifyCaller, chargeFailure), // 401, 403, 429
    limit, //                                  429 rate_limit_exceeded
    authorize, //                              403
    accept, //                                 406
    readBody(bodyLimits), //                   415, 413, 408, 400 invalid_json
    stillInForce(check), //                    401
    refuseBrokenText, //                       400 parameter_invalid
    checkRequest(guard, rules.explain), //     400 parameter_*
    answer(backend, { guard, ...rules, onViolation: heard }, check), // 409 idempotency_conflict, 412 resource_changed
  ];

  app.use(async (req, res, next) => {
    begin(req);
    record(req, res);
    if (isPreflight(req)) return answerPreflight(req, res);
    if (isOfPages(req)) return next();
    try {
      for (const stage of stages) {
        const done = stage(req, res);
        if (done) await done; // most stages have nothing to wait for
      }
    } catch (error) {
      await answerError(error, req, res);
    }
  });
  app.use(pagesPath, withHeaders, pages);
  app.use(((error, req, res, _next) => answerError(error, req, res)) satisfies ErrorRequestHandler); // of the pages
  return app;
}

const pagesPath = '/developers/api';
/** The paths under which Express calls the pages. */
const isOfPages = ({ path }: Request): boolean => path === pagesPath || path.startsWith(`${pagesPath}/`);

/** The pages send their headers themselves. */
const withHeaders: RequestHandler = (req, res, next) => {
  for (const [name, value] of Object.entries(req.context.headers)) res.setHeader(name, value);
  next();
};
