// Validates requests and responses against the contract, with one express-openapi-validator per tag. Each gets the contract cut down
// to its tag, because the validator's start-up time grows with the square of the document.
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import OpenApiValidator, { error as validatorErrors } from 'express-openapi-validator';
import { operationTable } from '../../generated/operations.ts';
import type { Contract } from '../contract/document.ts';
import { cut, dotted } from './cut.ts';
import { createExplain, type Explain } from './explain.ts';
import { isMisspelt } from './parameters.ts';
import type { Operation } from './router.ts';

/** `response` is mounted first, so that it also checks the responses of the front itself. */
export type Guard = {
  response: RequestHandler[];
  /** Passes on a `Problem` for an invalid request. `explain.ts` chooses the problem. */
  request: RequestHandler[];
  /** Checks a success before it is sent. Rejects with the error that the app throws for a violation. */
  check(req: Request, status: number, body: object): Promise<void>;
  warm(): Promise<void>;
};
/** Called for a response that breaks the contract. If it throws, the error is sent instead; otherwise the response is sent. */
export type OnViolation = (violation: unknown, req: Request) => void;
type Stages = Record<'load' | 'metadata' | 'request' | 'response', RequestHandler>;

const stageNames = {
  load: 'pathParamsMiddleware',
  metadata: 'metadataMiddleware',
  request: 'requestMiddleware',
  response: 'responseMiddleware',
};

/** The app decides what happens on a violation, by `app.locals.onViolation`, so that several apps can share one guard. */
export function createGuard(contract: Contract, operations: readonly Operation[] = operationTable): Guard {
  const byTag = Map.groupBy(operations, ({ tag }) => tag);
  const stages = new Map([...byTag].map(([tag, ofTag]) => [tag, stagesOf(cut(contract, ofTag))]));
  const of =
    (stage: keyof Stages): RequestHandler =>
    (req, res, next) =>
      stages.get(req.context.operation.tag)?.[stage](req, res, next);

  let warming: Promise<void> | undefined;
  const warmAll = async () => {
    for (const operation of operations) await warmOne(operation, stages.get(operation.tag) as Stages);
  };

  return {
    response: [of('metadata'), of('response')],
    request: [explained(of('request'), createExplain(contract))],
    async check(req, status, body) {
      const res = dummyResponse(status);
      let violation: unknown;
      await new Promise<void>((resolve) => {
        of('response')(req, res, (error?: unknown) => {
          violation = error; // called once when the stage is set up, and again by `json` for a violation
          resolve();
        });
      });
      res.json(body);
      if (violation) throw violation;
    },
    warm() {
      warming ??= warmAll();
      return warming;
    },
  };
}

function stagesOf(apiSpec: object): Stages {
  const chain = OpenApiValidator.middleware({
    apiSpec: apiSpec as never, // cut from a linted document
    validateApiSpec: false,
    validateSecurity: false,
    validateRequests: { allowUnknownQueryParameters: true }, // `isMisspelt` checks them
    validateResponses: {
      onError: (violation, _body, req) => (req.app.locals as { onViolation: OnViolation }).onViolation(violation, req),
    },
    ajvFormats: { mode: 'full' }, // the fast formats accept 30 February
    fileUploader: false,
  }) as unknown as RequestHandler[];
  return Object.fromEntries(
    Object.entries(stageNames).map(([stage, name]) => {
      const handler = chain.find((one) => one.name === name);
      if (!handler) throw new Error(`express-openapi-validator has no ${name} any more`);
      return [stage, handler];
    }),
  ) as Stages;
}

/** Replaces the error of the validator with ours. */
const explained =
  (stage: RequestHandler, explain: Explain): RequestHandler =>
  async (req, res, next) => {
    if (isMisspelt(req)) throw explain(req);
    const fields = req.context.operation.fields.filter((name) => name in req.query);
    for (const name of fields) rename(req.query, name, dotted(name));
    const error = await new Promise((resolve) => stage(req, res, resolve));
    for (const name of fields) rename(req.query, dotted(name), name);
    if (error instanceof validatorErrors.BadRequest) throw explain(req);
    next(error);
  };

function rename(values: Record<string, unknown>, from: string, to: string): void {
  values[to] = values[from];
  delete values[from];
}

/** A response object with just what the response stage needs. Nothing is sent through it. */
const dummyResponse = (statusCode: number): Response =>
  ({ statusCode, headersSent: false, getHeaders: () => ({}), json: () => undefined }) as unknown as Response;

/** Validators are compiled on first use. A dummy request compiles them before the first caller has to wait. */
async function warmOne(
  { method, path, body }: Operation,
  { load, metadata, request, response }: Stages,
): Promise<void> {
  const app = Object.assign(express(), { locals: { onViolation: () => undefined } });
  const url = path.replaceAll(/\{\w+\}/g, 'x');
  const req = {
    app,
    method,
    url,
    path: url,
    originalUrl: url,
    baseUrl: '',
    query: {},
    params: {},
    headers: body ? { 'content-type': body.mediaTypes[0] } : {},
  };
  const res = dummyResponse(200);
  const run = (stage: RequestHandler) =>
    new Promise<void>(
      (resolve, reject) =>
        void stage(req as unknown as Request, res, ((error?: unknown) =>
          error ? reject(error) : resolve()) as NextFunction),
    );
  await run(load); // the only stage that reports an unreadable document
  await run(metadata);
  await run(request).catch(() => undefined); // compiles, then rejects the dummy request
  await run(response)
    .then(() => void res.json())
    .catch(() => undefined); // the same
}
