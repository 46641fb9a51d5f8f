// Every operation with every kind of caller returns exactly the response that the contract defines. The cases are made
// from the operation table, so that a new operation is included automatically.

import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { type Backend, backends, keys, otherTeam } from '../support/client.ts';
import { type TableEntry, written } from '../support/table.ts';
import { contentOf, type Draft, goodRequest, sendDraft, withKey } from './requests.ts';

type Expected = { status: number; code?: string };
type Credential = {
  name: string;
  put(draft: Draft, backend: Backend): Draft;
  /** The response of an operation that requires a key. Open operations respond to every caller in the same way. */
  expected(operation: TableEntry, backend: Backend): Expected;
};

const refused = (status: number, code: string) => (): Expected => ({ status, code });
const success = ({ successStatus }: TableEntry): Expected => ({ status: successStatus });
const denied = refused(403, 'insufficient_permissions');
const withoutKey = ({ headers: { authorization: _, ...headers }, ...draft }: Draft): Draft => ({ ...draft, headers });
const isOfTeam = ({ path }: TableEntry) => path.includes('{teamId}');
const secretOf = ({ security }: TableEntry) => security.find(({ scheme }) => scheme === 'secretKey');
/** Resources in the path, other than the team. Resources of others are missing. The mock has no resources. */
const namesThing = ({ path }: TableEntry) => /\{(?!team)\w+\}/.test(path);
const orMissing = (operation: TableEntry, { name }: Backend): Expected =>
  namesThing(operation) && name === 'server' ? { status: 404, code: 'resource_missing' } : success(operation);
/** Users belong to a team in both of its environments. */
const namesPerson = ({ path }: TableEntry) => path.includes('{userId}');
/** On the mock, every well-formed key is a key of the team. Only its format can make it unknown. */
const unknownKey = ({ name }: Backend) =>
  `sk_${'test'}_${randomBytes(24)
    .toString('base64url')
    .slice(name === 'mock' ? 1 : 0)}`;

const credentials: Credential[] = [
  { name: 'no credential', put: withoutKey, expected: refused(401, 'authentication_required') },
  {
    name: 'an unknown key',
    put: (draft, backend) => withKey(draft, unknownKey(backend)),
    expected: refused(401, 'invalid_api_key'),
  },
  {
    name: "another team's key",
    put: (draft) => withKey(draft, otherTeam.keys.secretTest),
    expected: (operation, backend) =>
      isOfTeam(operation) ? { status: 403, code: 'team_access_denied' } : orMissing(operation, backend),
  },
  {
    name: "the other environment's key",
    put: (draft) => withKey(draft, keys.secretLive),
    expected(operation, backend) {
      if (operation.environment) return denied();
      return namesPerson(operation) ? success(operation) : orMissing(operation, backend);
    },
  },
  {
    name: 'a publishable key',
    put: (draft) => withKey(draft, keys.publishableTest),
    expected(operation) {
      if (operation.security.some(({ scheme }) => scheme === 'publishableKey')) return success(operation);
      return operation.method === 'GET' ? denied() : { status: 403, code: 'publishable_key_write' };
    },
  },
  {
    name: 'a key without the permission',
    put: (draft) => withKey(draft, keys.withoutPermissions),
    expected: (operation) => (secretOf(operation)?.permissions.length ? denied() : success(operation)),
  },
  {
    name: 'a revoked key',
    put: (draft) => withKey(draft, keys.revoked),
    expected: refused(401, 'invalid_api_key'),
  },
  {
    name: 'a deactivated key',
    put: (draft) => withKey(draft, keys.deactivated),
    expected: refused(401, 'invalid_api_key'),
  },
  { name: 'an expired key', put: (draft) => withKey(draft, keys.expired), expected: refused(401, 'key_expired') },
  {
    name: 'a key for another address',
    put: (draft) => withKey(draft, keys.restrictedByAddress),
    expected: denied,
  },
  {
    name: 'a key for another page',
    put: (draft) => withKey(draft, keys.restrictedByReferrer),
    expected: denied,
  },
  {
    name: 'a key for another endpoint',
    put: (draft) => withKey(draft, keys.restrictedByEndpoint),
    expected: (operation) => (operation.operationId === 'getIdentity' ? success(operation) : denied()),
  },
];

const compared = { server: 0, mock: 0 };
afterAll(() => console.log(`matrix: ${compared.server + compared.mock} requests`));

describe.each(backends)('callers on $name', (backend) => {
  describe.each(written)('$operationId', (operation) => {
    test.each(credentials)('with $name', async ({ put, expected }) => {
      const response = await sendDraft(backend, put(goodRequest(operation), backend));
      const isKeyed = operation.security.length > 0;
      const { status, code } = isKeyed ? expected(operation, backend) : success(operation);
      const { error } = await contentOf(response);
      expect([response.status, error?.code]).toEqual([status, code]);
      compared[backend.name]++;
    });
  });

  test('the number of cases equals the product of all dimensions', () => {
    expect(compared[backend.name]).toBe(written.length * credentials.length);
    expect(credentials).toHaveLength(12);
  });
});

describe.each(backends)('restrictions on $name', (backend) => {
  const identity = written.find(({ operationId }) => operationId === 'getIdentity') as TableEntry;
  const list = written.find(({ operationId }) => operationId === 'listTickets') as TableEntry;

  test.each([
    ['IP address', identity, keys.restrictedByAddress, '192.0.2'],
    ['referrer', identity, keys.restrictedByReferrer, 'shop.example'],
    ['endpoint', list, keys.restrictedByEndpoint, 'getIdentity'],
  ] as const)('403 names the kind of restriction, %s, and not its values', async (kind, operation, key, value) => {
    const response = await sendDraft(backend, withKey(goodRequest(operation), key));
    const text = await response.text();
    expect([response.status, JSON.parse(text).error.message]).toEqual([403, `The API key is restricted by ${kind}.`]);
    expect(text).not.toContain(value);
    const isCharged = response.headers.has('X-RateLimit-Remaining');
    expect(isCharged, 'charged to the key').toBe(kind === 'endpoint');
  });

  test.each([
    [{ referer: 'https://shop.example/cart?step=1' }, 200],
    [{ referer: 'https://shop.example.evil.test/cart' }, 403],
    [{ origin: 'https://shop.example' }, 403],
    [{}, 403],
  ] as const)('with %j: %i', async (headers, status) => {
    const draft = withKey(goodRequest(identity), keys.restrictedByReferrer);
    const response = await sendDraft(backend, { ...draft, headers: { ...draft.headers, ...headers } });
    expect(response.status).toBe(status);
  });
});
