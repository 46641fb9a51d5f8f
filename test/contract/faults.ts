// Every check of the front that a request can fail, in order: the change that causes the fault and the expected
// response. Statuses and codes are repeated here on purpose, because the registry is under test.
import { keys, otherTeam } from '../support/client.ts';
import { jsonOf, type TableEntry } from '../support/table.ts';
import { foreignUuid } from './demo.ts';
import { bodySchemaOf, type Draft, declaredErrors } from './requests.ts';

export type Fault = {
  /** Faults in the same step have no defined order. */
  step: number;
  status: number;
  code: string;
  title: string;
  /** Two faults in the same part of a request exclude each other. */
  part: 'version' | 'key' | 'path' | 'accept' | 'type' | 'size' | 'text' | 'fields' | 'body' | 'query';
  /** An additional condition for the operation to declare the code. */
  when?: (operation: TableEntry) => boolean;
  spoil(draft: Draft): Draft;
};

const withHeader =
  (name: string, value: string) =>
  (draft: Draft): Draft => ({ ...draft, headers: { ...draft.headers, [name]: value } });
const withKey = (key: string) => withHeader('authorization', `Bearer ${key}`);
const withQuery =
  (query: Record<string, string>) =>
  (draft: Draft): Draft => ({ ...draft, query: { ...draft.query, ...query } });
const withBody =
  (change: (body: string) => string) =>
  (draft: Draft): Draft => ({ ...draft, body: change(draft.body ?? '') });
const withoutHeader =
  (name: string) =>
  ({ headers: { [name]: _, ...headers }, ...draft }: Draft): Draft => ({ ...draft, headers });
const has = (parameter: string) => (operation: TableEntry) =>
  (operation.query as readonly string[]).includes(parameter);
/** The IDs in the path, other than the team. */
const things = ({ uuidParams }: TableEntry) => (uuidParams as readonly string[]).filter((name) => !/^team/.test(name));
const hasThing = (operation: TableEntry) => things(operation).length > 0;
const withIds =
  (spoilt: (id: string) => string) =>
  (draft: Draft): Draft => ({
    ...draft,
    path: Object.fromEntries(
      Object.entries(draft.path).map(([name, value]) => [
        name,
        /^(?!event)\w+Id$/.test(name) && name !== 'teamId' ? spoilt(value) : value,
      ]),
    ),
  });
const isWrite = ({ body, method }: TableEntry) => body !== null || method !== 'GET';
/** Every value becomes an object, which only `metadata` accepts. */
const emptied = (body: string) =>
  body.startsWith('{') || body.startsWith('[')
    ? JSON.stringify(JSON.parse(body), (name, value) => (name ? {} : value))
    : body.replaceAll(/=[^&]*/g, '='); // a form
const wellFormed = `sk_test_${'x'.repeat(32)}`;

const steps: { step: number; status: number; code: string; faults: Omit<Fault, 'step' | 'status' | 'code'>[] }[] = [
  {
    step: 1,
    status: 400,
    code: 'unsupported_version',
    faults: [
      { title: 'a version that does not exist', part: 'version', spoil: withHeader('cstar-version', '2020-01-01') },
      { title: 'an empty version', part: 'version', spoil: withHeader('cstar-version', '') },
    ],
  },
  {
    step: 2,
    status: 401,
    code: 'authentication_required',
    faults: [
      { title: 'no key', part: 'key', spoil: withoutHeader('authorization') },
      { title: 'Basic', part: 'key', spoil: withHeader('authorization', 'Basic YTpi') },
      { title: 'Bearer without a key', part: 'key', spoil: withHeader('authorization', 'Bearer') },
    ],
  },
  {
    step: 3,
    status: 401,
    code: 'invalid_key_format',
    faults: [{ title: 'another prefix', part: 'key', spoil: withKey(`whsec_${'x'.repeat(32)}`) }],
  },
  {
    step: 4,
    status: 401,
    code: 'invalid_api_key',
    faults: [
      { title: 'a wrong length', part: 'key', spoil: withKey(wellFormed.slice(0, -1)) },
      { title: 'a wrong alphabet', part: 'key', spoil: withKey(`${wellFormed.slice(0, -1)}!`) },
      { title: 'a revoked key', part: 'key', spoil: withKey(keys.revoked) },
    ],
  },
  {
    step: 5,
    status: 401,
    code: 'key_expired',
    faults: [{ title: 'an expired key', part: 'key', spoil: withKey(keys.expired) }],
  },
  {
    step: 6,
    status: 403,
    code: 'account_restricted',
    faults: [{ title: 'a key of a deactivated user', part: 'key', spoil: withKey(keys.personDeactivated) }],
  },
  {
    step: 7,
    status: 403,
    code: 'team_access_denied',
    faults: [
      {
        title: 'the path of another team',
        part: 'path',
        spoil: (draft) => ({ ...draft, path: { ...draft.path, teamId: otherTeam.id } }),
      },
      {
        title: 'a malformed team ID',
        part: 'path',
        spoil: (draft) => ({ ...draft, path: { ...draft.path, teamId: 'not-a-uuid' } }),
      },
    ],
  },
  {
    step: 8,
    status: 403,
    code: 'publishable_key_write',
    faults: [{ title: 'a publishable key on a write', part: 'key', spoil: withKey(keys.publishableTest) }],
  },
  {
    step: 9,
    status: 403,
    code: 'insufficient_permissions',
    faults: [
      { title: 'a key with read permissions only', part: 'key', when: isWrite, spoil: withKey(keys.ticketsReadOnly) },
      {
        title: 'a publishable key and a secret filter',
        part: 'key',
        when: has('assignedTo'),
        spoil: (draft) => withQuery({ assignedTo: 'mem_000000000000' })(withKey(keys.publishableTest)(draft)),
      },
    ],
  },
  {
    step: 10,
    status: 406,
    code: 'not_acceptable',
    faults: [
      { title: 'only text/html', part: 'accept', spoil: withHeader('accept', 'text/html') },
      {
        title: 'every type except JSON',
        part: 'accept',
        when: (operation) => jsonOf(operation) !== undefined,
        spoil: withHeader('accept', 'application/json;q=0, text/*'),
      },
    ],
  },
  {
    step: 11,
    status: 415,
    code: 'unsupported_media_type',
    faults: [
      { title: 'no media type', part: 'type', spoil: withoutHeader('content-type') },
      { title: 'text/plain', part: 'type', spoil: withHeader('content-type', 'text/plain') },
      { title: 'charset utf-16', part: 'type', spoil: withHeader('content-type', 'application/json; charset=utf-16') },
      { title: 'an unknown encoding', part: 'type', spoil: withHeader('content-encoding', 'compress') },
    ],
  },
  {
    step: 12,
    status: 413,
    code: 'payload_too_large',
    faults: [{ title: 'one byte over the limit', part: 'size', spoil: withBody((body) => body.padEnd(1_000_001)) }],
  },
  {
    step: 13,
    status: 400,
    code: 'invalid_json',
    faults: [{ title: 'a truncated body', part: 'text', spoil: withBody((body) => body.slice(0, -1)) }],
  },
  {
    step: 14,
    status: 400,
    code: 'parameter_missing',
    faults: [
      { title: 'no body', part: 'body', spoil: ({ body: _, ...draft }) => ({ ...draft, body: undefined }) },
      {
        title: 'an unknown field',
        part: 'fields',
        when: (operation) => bodySchemaOf(operation)?.required !== undefined,
        spoil: withBody((body) => (body.startsWith('{') ? '{}' : 'other=1')),
      },
    ],
  },
  {
    step: 14,
    status: 400,
    code: 'parameter_invalid',
    faults: [
      {
        title: 'a field of the wrong type',
        part: 'fields',
        when: (operation) => bodySchemaOf(operation)?.type === 'object',
        spoil: withBody(emptied),
      },
      { title: 'page 0', part: 'query', when: has('page'), spoil: withQuery({ page: '0' }) },
      { title: 'an empty page', part: 'query', when: has('page'), spoil: withQuery({ page: '' }) },
      {
        title: 'a path parameter that is not an ID',
        part: 'path',
        when: hasThing,
        spoil: withIds((id) => id.slice(0, -1)),
      },
      {
        title: 'a team that is neither a UUID nor a slug',
        part: 'path',
        when: ({ path }) => path.includes('{team}'),
        spoil: (draft) => ({ ...draft, path: { ...draft.path, team: 'Not_A_Slug' } }),
      },
    ],
  },
  {
    step: 14,
    status: 400,
    code: 'parameter_unknown',
    faults: [{ title: 'an unknown parameter', part: 'query', spoil: withQuery({ colour: 'red' }) }],
  },
  {
    step: 15,
    status: 404,
    code: 'resource_missing',
    faults: [
      {
        title: 'an ID that does not exist',
        part: 'path',
        when: hasThing,
        spoil: withIds(() => foreignUuid),
      },
    ],
  },
];

export const faults: Fault[] = steps.flatMap(({ faults, ...step }) => faults.map((fault) => ({ ...step, ...fault })));

const ofBody: Fault['part'][] = ['body', 'type', 'size', 'text', 'fields'];
/**
 * Whether two faults can be in one request: they are in different parts, and the request has a body for faults in the
 * body.
 */
export const canMeet = (a: Fault, b: Fault): boolean =>
  a.part !== b.part &&
  !([a, b].some(({ part }) => part === 'body') && ofBody.includes(a.part) && ofBody.includes(b.part));

/** The faults that an operation can have, derived from the contract. */
export const faultsOf = (operation: TableEntry): Fault[] => {
  const declared = new Set(declaredErrors(operation).map(({ code }) => code));
  return faults.filter(({ code, when }) => declared.has(code) && (when?.(operation) ?? true));
};
