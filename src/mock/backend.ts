// Runs Prism as a backend: serves the contract's examples behind the same front.
import { setTimeout as wait } from 'node:timers/promises';
import { createInstance, getHttpOperationsFromSpec, type IHttpConfig, type IHttpRequest } from '@stoplight/prism-http';
import type { Contract } from '../contract/document.ts';
import type { Backend, Call, Success } from '../http/answer.ts';
import { type ErrorCode, Problem } from '../http/problem.ts';
import { isOurs, isUuid } from '../storage/ids.ts';
import { fakeable } from './fakeable.ts';
import { createLiven, type Source } from './live.ts';
import type { Remember } from './memory.ts';
import { createPlayed } from './played.ts';
import { type Preferences, preferencesOf } from './preferences.ts';
import { type Scenario, scenarios } from './scenario.ts';

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

/** @param remember stores first responses for `Idempotency-Key`, as the store does */
export async function prismBackend(contract: Contract, remember: Remember): Promise<Backend> {
  const operations = new Map(
    (await getHttpOperationsFromSpec(fakeable(contract))).map((operation) => [operation.iid, operation]),
  );
  const prism = createInstance({ ...fixed, mock: { dynamic: false } }, { logger: logger as never }); // Prism types it as pino, and calls only these methods
  const choose = scenarios(contract);
  const liven = createLiven(contract);
  const played = createPlayed(contract);
  const examples = new Map<string, Example>();

  return (call, finish) =>
    remember(call, async () => {
      const preferences = preferencesOf(call.prefer);
      const scenario = choose(call.operation, preferences);
      if (preferences.waitMs) await wait(preferences.waitMs);
      const headers = appliedOf(preferences, scenario);
      if (scenario.code < 400) refuseStrangers(call.path);
      if (scenario.code < 400 && !played.isJson(call.operation, scenario.code))
        return finish(playedOf(call, scenario, headers));
      const { status, body } = await (isMadeUp(preferences, scenario) ? ask : remembered)(call, scenario, preferences);
      if (status >= 400) throw problemOf(body as ErrorBody, headers);
      const content = call.operation.hasEnvelope ? withoutEnvelope(body) : body;
      const own = played.headers(call.operation, status);
      return finish({ status, content: liven(call, content, sourceOf(preferences)), headers: { ...own, ...headers } });
    });

  function playedOf(
    { operation }: Call,
    { code: status, example }: Scenario,
    headers: Record<string, string>,
  ): Success {
    const content = played.content(operation, status, example);
    return { status, content, headers: { ...played.headers(operation, status), ...headers } };
  }

  /** Resolves an example once. Nothing writes into the result. */
  async function remembered(call: Call, scenario: Scenario, preferences: Preferences): Promise<Example> {
    const key = [call.operation.operationId, scenario.code, scenario.example].join();
    const known = examples.get(key) ?? (await ask(call, scenario, preferences));
    examples.set(key, known);
    return known;
  }

  async function ask(call: Call, scenario: Scenario, preferences: Preferences): Promise<Example> {
    const operation = operations.get(call.operation.operationId);
    if (!operation) throw new Error(`Prism does not know ${call.operation.operationId}`);
    const result = await prism.request(requestOf(call), [operation], configOf(preferences, scenario))();
    if (result._tag === 'Left') throw result.left;
    const { statusCode: status, body } = result.right.output as { statusCode: number; body: Record<string, unknown> };
    return { status, body };
  }
}

type Example = { status: number; body: Record<string, unknown> };

const withoutEnvelope = ({ success: _success, meta: _meta, ...content }: Record<string, unknown>) => content;

const requestOf = ({ operation, body }: Call): IHttpRequest => ({
  method: operation.method.toLowerCase() as IHttpRequest['method'], // of the table, so one of Prism's
  url: { path: operation.path, baseUrl: '', query: {} },
  headers: { accept: 'application/json' },
  body,
});

/** An error is always played from its example. */
const isMadeUp = ({ dynamic }: Preferences, { code }: Scenario): boolean => dynamic && code < 400;

/** A new object for every call, because Prism writes into it. */
const configOf = (preferences: Preferences, scenario: Scenario): IHttpConfig => ({
  ...fixed,
  mock: isMadeUp(preferences, scenario)
    ? { dynamic: true, code: scenario.code, seed: String(preferences.seed) }
    : { dynamic: false, code: scenario.code, ...(scenario.example && { exampleKey: scenario.example }) },
});

const sourceOf = ({ dynamic, example }: Preferences): Source =>
  dynamic ? 'made up' : example === undefined ? 'first example' : 'named example';

/** `Preference-Applied` (RFC 7240, section 3) names the response that was played, including what the mock chose itself. */
function appliedOf(preferences: Preferences, scenario: Scenario): Record<string, string> {
  const { code, example, dynamic, seed, waitMs } = preferences;
  const isChosen = code !== undefined || example !== undefined;
  const parts = [
    ...(code === undefined ? [] : [`code=${code}`]),
    ...(isMadeUp(preferences, scenario)
      ? [`dynamic=true, seed=${seed}`]
      : isChosen || dynamic
        ? [`example=${scenario.example}`]
        : []),
    ...(waitMs ? [`wait=${waitMs}`] : []),
  ];
  return parts.length > 0 ? { 'Preference-Applied': parts.join(', ') } : {};
}

const problemOf = ({ error: { code, ...error } }: ErrorBody, headers: Record<string, string>): Problem =>
  new Problem(code, { ...error, headers });

/** A UUID that this API cannot have created does not exist, as on the server. A team ID may be any UUID. */
function refuseStrangers(path: Call['path']): void {
  for (const [param, id] of Object.entries(path))
    if (param.endsWith('Id') && param !== 'teamId' && typeof id === 'string' && isUuid(id) && !isOurs(id))
      throw new Problem('resource_missing', { param });
}
