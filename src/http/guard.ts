// The contract as a guard on requests and answers: one express-openapi-validator per tag, each over a document cut
// down to that tag, because its start-up grows with the square of the document.
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import OpenApiValidator, { error as validatorErrors } from 'express-openapi-validator';
import { operationTable } from '../../generated/operations.ts';
import type { Contract } from '../contract/document.ts';
import { cut } from './cut.ts';
import { createExplain, type Explain } from './explain.ts';
import { isMisspelt } from './parameters.ts';
import type { Operation } from './router.ts';

/** `response` is mounted first, so that it also sees what the front itself answers. */
export type Guard = {
  response: RequestHandler[];
  /** Passes a `Problem` on for a request that the contract does not allow; which one, `explain.ts` says. */
  request: RequestHandler[];
  /** Checks a success before it is sent; rejects with whatever the app makes of a violation. */
  check(req: Request, status: number, body: object): Promise<void>;
  warm(): Promise<void>;
};
/** Hears of an answer that breaks the contract. What it throws is answered in its place; otherwise the answer is sent. */
export type OnViolation = (violation: unknown, req: Request) => void;
type Stages = Record<'load' | 'metadata' | 'request' | 'response', RequestHandler>;

const stageNames = {
  load: 'pathParamsMiddleware',
  metadata: 'metadataMiddleware',
  request: 'requestMiddleware',
  response: 'responseMiddleware',
};

/** The app says what a violation leads to: `app.locals.onViolation`. One guard can so serve several apps. */
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
          violation = error; // called once when the stage is in place, once more by `json` if it finds fault
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
    validateRequests: { allowUnknownQueryParameters: true }, // ours: isMisspelt
    validateResponses: {
      onError: (violation, _body, req) => (req.app.locals as { onViolation: OnViolation }).onViolation(violation, req),
    },
    ajvFormats: { mode: 'full' }, // the fast ones take 30 February for a day
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

/** Refuses in our words what the stage refuses in its own. */
const explained =
  (stage: RequestHandler, explain: Explain): RequestHandler =>
  (req, res, next) => {
    if (isMisspelt(req)) throw explain(req);
    stage(req, res, (error?: unknown) =>
      error instanceof validatorErrors.BadRequest ? next(explain(req)) : next(error),
    );
  };

/** Enough of a response for the stage that checks bodies; what it lets pass goes nowhere. */
const dummyResponse = (statusCode: number): Response =>
  ({ statusCode, headersSent: false, getHeaders: () => ({}), json: () => undefined }) as unknown as Response;

/** Its validators compile on first use; a dummy call makes that happen before anybody waits for it. */
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
  await run(load); // the only one that tells when a document could not be read
  await run(metadata);
  await run(request).catch(() => undefined); // compiles, then refuses the dummy
  await run(response)
    .then(() => void res.json())
    .catch(() => undefined); // the same
}
