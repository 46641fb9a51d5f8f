// The guard with GUARD=validator, made of one express-openapi-validator per tag. Each gets the contract cut down to its tag, because the
// validator's start-up time grows with the square of the document.
import express, { type Request, type RequestHandler, type Response } from 'express';
import OpenApiValidator, { error as validatorErrors } from 'express-openapi-validator';
import { operationTable } from '../../generated/operations.ts';
import type { Contract } from '../contract/document.ts';
import { cut, dotted } from './cut.ts';
import type { Guard } from './guard.ts';
import type { Operation } from './router.ts';

type Stages = Record<'load' | 'metadata' | 'request' | 'response', RequestHandler>;

const stageNames = {
  load: 'pathParamsMiddleware',
  metadata: 'metadataMiddleware',
  request: 'requestMiddleware',
  response: 'responseMiddleware',
};

export function validatorGuard(contract: Contract, operations: readonly Operation[] = operationTable): Guard {
  const byTag = Map.groupBy(operations, ({ tag }) => tag);
  const stages = new Map([...byTag].map(([tag, ofTag]) => [tag, createStages(cut(contract, ofTag))]));
  const stagesOf = ({ context }: Request) => stages.get(context.operation.tag) as Stages;

  let warming: Promise<void> | undefined;
  const warmAll = async () => {
    for (const operation of operations) await warmOne(operation, stages.get(operation.tag) as Stages);
  };

  return {
    async request(req) {
      const { metadata, request } = stagesOf(req);
      const { operation, query } = req.context;
      Object.defineProperty(req, 'query', { value: query, writable: true, configurable: true }); // Express would parse it anew for every read
      const fields = operation.fields.filter((name) => name in query);
      for (const name of fields) rename(req.query, name, dotted(name));
      await run(metadata, req, req.res as Response); // Express sets it
      const error = await run(request, req, req.res as Response);
      for (const name of fields) rename(req.query, dotted(name), name);
      req.context.query = req.query;
      if (error && !(error instanceof validatorErrors.BadRequest)) throw error;
      return !error;
    },
    async response(req, status, body) {
      const { metadata, response } = stagesOf(req);
      const res = dummyResponse(status);
      if (!('openapi' in req)) await run(metadata, req, res); // an error that ended the request before its validation
      let violation: Error | undefined;
      await new Promise<void>((resolve) => {
        response(req, res, (error?: unknown) => {
          violation = error as Error | undefined; // called once when the stage is set up, and again by `json` for a violation
          resolve();
        });
      });
      res.json(body);
      return violation;
    },
    warm() {
      warming ??= warmAll();
      return warming;
    },
  };
}

function createStages(apiSpec: object): Stages {
  const chain = OpenApiValidator.middleware({
    apiSpec: apiSpec as never, // cut from a linted document
    validateApiSpec: false,
    validateSecurity: false,
    validateRequests: { allowUnknownQueryParameters: true }, // `checkRequest` checks them
    validateResponses: {
      onError(violation) {
        throw violation;
      },
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

/** The error that the stage passes on. */
const run = (stage: RequestHandler, req: Request, res: Response): Promise<unknown> =>
  new Promise((resolve) => stage(req, res, resolve));

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
  const url = path.replaceAll(/\{\w+\}/g, 'x');
  const req = {
    app: express(),
    method,
    url,
    path: url,
    originalUrl: url,
    baseUrl: '',
    query: {},
    params: {},
    headers: body ? { 'content-type': body.mediaTypes[0] } : {},
  } as unknown as Request;
  const res = dummyResponse(200);
  const unreadable = await run(load, req, res); // the only stage that reports an unreadable document
  if (unreadable) throw unreadable;
  await run(metadata, req, res);
  await run(request, req, res); // compiles, then rejects the dummy request
  await run(response, req, res).then(() => void res.json());
}
