// Prism as a backend: the contract's examples behind the same front.
import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import {
  createInstance,
  getHttpOperationsFromSpec,
  type IHttpConfig,
  type IHttpRequest,
  ProblemJsonError,
} from '@stoplight/prism-http';
import type { Contract } from '../contract/document.ts';
import type { Backend, Call, Success } from '../http/answer.ts';
import { type ErrorCode, Problem } from '../http/problem.ts';
import { fakeable } from './fakeable.ts';
import { createLiven } from './live.ts';
import type { Remember } from './memory.ts';
import { type Preferences, preferencesOf, unknownScenario } from './preferences.ts';

type ErrorBody = { error: { code: ErrorCode; message: string; param?: string; retryAfter?: number } };

const noop = (): void => undefined;
const logger = {
  trace: noop,
  debug: noop,
  info: noop,
  warn: noop,
  error: noop,
  fatal: noop,
  success: noop,
  start: noop,
  level: 'silent',
  child: () => logger,
};
const fixed = {
  isProxy: false as const,
  checkSecurity: false,
  validateRequest: false,
  validateResponse: false,
  errors: false,
  upstreamProxy: undefined,
};

/** @param remember keeps first answers for `Idempotency-Key`, as the store does */
export async function prismBackend(contract: Contract, remember: Remember): Promise<Backend> {
  const operations = new Map(
    (await getHttpOperationsFromSpec(fakeable(contract))).map((operation) => [operation.iid, operation]),
  );
  const prism = createInstance({ ...fixed, mock: { dynamic: false } }, { logger: logger as never }); // Prism types it as pino, and calls no more of it
  const liven = createLiven(contract);

  return (call, finish) => remember(call, async () => finish(await play(call)));

  async function play(call: Call): Promise<Success> {
    const preferences = preferencesOf(call.prefer);
    const operation = operations.get(call.operation.operationId);
    if (!operation) throw new Error(`Prism does not know ${call.operation.operationId}`);
    refuseUnknown(operation.responses, call, preferences);
    await wait(preferences.waitMs);
    const result = await prism.request(requestOf(call), [operation], configOf(call, preferences))();
    if (result._tag === 'Left')
      throw result.left instanceof ProblemJsonError ? unknownScenario(result.left.detail) : result.left;
    const { statusCode: status, body } = result.right.output as { statusCode: number; body: Record<string, unknown> };
    if (status >= 400) throw played(body as ErrorBody);
    return { status, content: liven(call, call.operation.hasEnvelope ? withoutEnvelope(body) : body) };
  }
}

const withoutEnvelope = ({ success: _success, meta: _meta, ...content }: Record<string, unknown>) => content;

type Responses = { code: string; contents?: { examples?: { key: string }[] }[] }[];

function refuseUnknown(
  responses: Responses,
  { operation }: Call,
  { code = operation.successStatus, example }: Preferences,
): void {
  const response = responses.find((one) => one.code === String(code));
  if (!response) throw unknownScenario(`${operation.operationId} has no answer with status ${code}.`);
  const examples = response.contents?.flatMap((content) => content.examples ?? []).map(({ key }) => key) ?? [];
  if (example !== undefined && !examples.includes(example))
    throw unknownScenario(
      `${operation.operationId} has no example '${example}' for status ${code}; it has ${examples.join(', ')}.`,
    );
}

const requestOf = ({ operation, body }: Call): IHttpRequest => ({
  method: operation.method.toLowerCase() as IHttpRequest['method'], // of the table, so one of Prism's
  url: { path: operation.path, baseUrl: '', query: {} },
  headers: { accept: 'application/json' },
  body,
});

/** Fresh for every call: Prism writes into it. A failure is always played from its example. */
function configOf(
  { operation }: Call,
  { code = operation.successStatus, example, dynamic, seed = randomInt(2 ** 30) }: Preferences,
): IHttpConfig {
  return {
    ...fixed,
    mock: { dynamic: dynamic && code < 400, code, seed: String(seed), ...(example && { exampleKey: example }) },
  };
}

const played = ({ error: { code, ...error } }: ErrorBody): Problem => new Problem(code, error);
