// Adds to the bundle what the front does for every operation, so that a path file contains only what is specific to it:
// the version header, the headers of every response, and the errors of frontErrors.ts.
import { STATUS_CODES } from 'node:http';
import {
  type Components,
  type Contract,
  type ErrorEntry,
  type Header,
  operationsOf,
  type Parameter,
  parametersOf,
  permissionsOf,
  type Ref,
  type Response,
  type Schema,
} from './document.ts';
import { completeItems } from './formats.ts';
import { byUse, codesOf, isIdempotent, isOpen, isProbe, limitedOf } from './frontErrors.ts';
import { addKeywords } from './keywords.ts';
import { pascal } from './names.ts';

const everyAnswer = ['CStar-Version', 'X-Request-Id', 'Preference-Applied'] as const;
const keyAge = 'X-Key-Age-Days';
const replayHeaders = ['Idempotency-Replayed', 'Idempotency-Original-Request'] as const;
const limitHeaders = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset', 'X-RateLimit-Window'] as const;
/** The headers of a success that the front sets. A handler sets the others that its operation declares. */
export const frontHeaders = [...everyAnswer, keyAge, ...replayHeaders, ...limitHeaders, 'ETag'] as const;
export type FrontHeader = (typeof frontHeaders)[number];
const ofStatus: Record<string, string[]> = {
  401: ['WWW-Authenticate'],
  405: ['Allow'],
  429: ['Retry-After'],
  409: ['Retry-After.optional'],
  503: ['Retry-After'],
};

const conditions = ['If-Match', 'If-None-Match'];
const etag: Header = {
  description: 'Identifies this version of the content. Send it as `If-None-Match` or `If-Match`.',
  required: true,
  schema: { type: 'string', maxLength: 24, pattern: '^"[A-Za-z0-9_-]{22}"$', examples: ['"9f86d081884c7d659a2fea"'] },
};
const notModified: Response = { description: 'The content is still the version that `If-None-Match` names.' };

/** Completes the bundle in place. */
export function complete(contract: Contract): void {
  const { components } = contract;
  fillValues(contract);
  components.responses = {};
  for (const name of [...limitHeaders, 'Retry-After']) {
    const { required: _, ...optional } = components.headers[name] as Header; // the root document lists every header
    components.headers[`${name}.optional`] = optional;
  }
  const names = responseNames(components);

  for (const { path, method, item, operation } of operationsOf(contract)) {
    if (!operation.security)
      throw new Error(`${operation.operationId} must declare security; use [] for an open operation`);
    const facts = { path, method, operation, parameters: parametersOf(contract, item, operation) };
    if (item['x-alias'])
      operation.description = `${operation.description?.trim()}\n\nAlso available at \`${item['x-alias']}\`.`;
    operation.parameters = [
      ...(operation.parameters ?? []),
      ...['CStar-Version', ...(isIdempotent(facts) ? ['Idempotency-Key'] : [])].map(
        (name) => ({ $ref: `#/components/parameters/${name}` }) as Ref<Parameter>,
      ),
    ];
    for (const response of Object.values(operation.responses)) {
      for (const [mediaType, media] of Object.entries(response.content ?? {}))
        completeItems(contract, mediaType, media, response.description);
      response.headers = {
        ...response.headers,
        ...headersOf([
          ...(isProbe(facts) ? [] : limitHeaders),
          ...(isOpen(facts) ? [] : [keyAge]),
          ...(isIdempotent(facts) ? replayHeaders : []),
        ]),
        ...(facts.parameters.some(({ name }) => conditions.includes(name)) && { ETag: etag }),
      };
    }
    if (facts.parameters.some(({ name }) => name === 'If-None-Match'))
      operation.responses['304'] = { ...notModified, headers: { ...headersOf(limitHeaders), ETag: etag } };

    const codes = [...codesOf(facts), ...(operation['x-errors'] ?? [])];
    const byStatus = Map.groupBy(codes, (code) => entryOf(components, code).status);
    for (const [status, ofThis] of [...byStatus].sort(([a], [b]) => a - b))
      operation.responses[status] = {
        $ref: `#/components/responses/${names(status, ofThis, isProbe(facts))}`,
      } as Ref<Response>;
    delete operation['x-errors'];
  }
  addKeywords(contract);
}

/** Replaces `x-values` with an enum: the permissions, or the ids and tags, of the operations, or the types of events. */
function fillValues(contract: Contract): void {
  const keyed = [...operationsOf(contract)]
    .map(({ operation }) => operation)
    .filter(({ security }) => security?.length);
  const values: Record<string, string[]> = {
    permissions: permissionsOf(contract),
    endpoints: [...keyed.map(({ tags }) => tags[0]), ...keyed.map(({ operationId }) => operationId)].sort(),
    events: Object.keys(contract.webhooks ?? {}),
  };
  for (const schema of Object.values<Schema>(contract.components.schemas)) {
    const { 'x-values': kind } = schema;
    if (kind === undefined) continue;
    const found = values[kind];
    if (!found) throw new Error(`x-values must be one of ${Object.keys(values).join(', ')}, not ${kind}`);
    schema.enum = [...new Set(found)];
    delete schema['x-values'];
  }
}

/** @throws Error if a path file or a rule names a code that is not in the registry */
function entryOf(components: Components, code: string): ErrorEntry {
  const entry = components.schemas.ErrorCode['x-errors'][code];
  if (!entry) throw new Error(`the error registry has no ${code}`);
  return entry;
}

const headersOf = (limits: readonly string[], status?: number): Record<string, Ref<Header>> =>
  Object.fromEntries(
    [...everyAnswer, ...limits, ...(ofStatus[status ?? ''] ?? [])].map((name) => [
      name.replace('.optional', ''),
      { $ref: `#/components/headers/${name}` } as Ref<Header>,
    ]),
  );

/** Creates one response component for each distinct set of codes and returns its name. */
function responseNames(components: Components): (status: number, codes: string[], isProbe: boolean) => string {
  return (status, codes, isProbe) => {
    const name = [
      pascal(STATUS_CODES[status] ?? `status ${status}`),
      ...(codes.length > 1 ? codes.map(pascal) : []),
      ...(isProbe ? ['Probe'] : []),
    ].join('_');
    const limited = codes.map(limitedOf);
    const limits =
      isProbe || limited.every((one) => one === false)
        ? []
        : limited.every((one) => one === true)
          ? limitHeaders
          : limitHeaders.map((header) => `${header}.optional`);
    components.responses[name] ??= {
      description: codes.map((code) => `\`${code}\`: ${entryOf(components, code).title}.`).join(' '),
      headers: headersOf([...limits, ...(limits.length > 0 ? [keyAge] : [])], status),
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/Error' },
          examples: Object.fromEntries(
            byUse(codes).map((code) => [code, errorExample(code, entryOf(components, code))]),
          ),
        },
      },
    };
    return name;
  };
}

function errorExample(code: string, { status, type, title, message, param }: ErrorEntry) {
  const error = {
    type,
    code,
    message,
    doc_url: `https://cstar.help/developers/api/errors#${code}`,
    request_id: 'req_a1B2c3D4e5F6',
    ...(param ? { param } : {}),
    ...(ofStatus[status]?.includes('Retry-After') ? { retryAfter: 30 } : {}),
  };
  return { summary: title, value: { success: false, error } };
}
