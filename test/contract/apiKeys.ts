// Shared by the tests of keys: keys of a test, the operations on them, and their events and audit entries.
import type { components, operations } from '../../generated/types.ts';
import { permissionsOf } from '../../src/http/permissions.ts';
import { type Backend, clientOf, keys, send, team } from '../support/client.ts';

type Schemas = components['schemas'];
export type ApiKey = Schemas['ApiKey'];
export type IssuedApiKey = Schemas['IssuedApiKey'];
export type ApiKeyCreate = Schemas['ApiKeyCreate'];
export type ApiKeyUpdate = Schemas['ApiKeyUpdate'];
type Query = NonNullable<operations['listApiKeys']['parameters']['query']>;
type By = { teamId?: string; headers?: Record<string, string> };

const base = '/api/v1/teams/{teamId}';
/** A valid ID that belongs to no key. */
export const missingKey = 'key_000000000001';
export const allPermissions = permissionsOf('secret');

/** The operations of one key on keys. `key` is its secret. */
export function keysBy(backend: Backend, key: string = keys.secretTest, { teamId = team.id, headers }: By = {}) {
  const client = clientOf(backend, key, headers);
  const ofTeam = { path: { teamId } };
  const of = (keyId: string) => ({ path: { teamId, keyId } });
  return {
    create: (body: ApiKeyCreate) => client.POST(`${base}/api-keys`, { params: ofTeam, body }),
    list: (query: Query = {}) => client.GET(`${base}/api-keys`, { params: { ...ofTeam, query } }),
    get: (keyId: string) => client.GET(`${base}/api-keys/{keyId}`, { params: of(keyId) }),
    change: (keyId: string, body: ApiKeyUpdate) =>
      client.PATCH(`${base}/api-keys/{keyId}`, { params: of(keyId), body }),
    rotate: (keyId: string, overlapSeconds = 0) =>
      client.POST(`${base}/api-keys/{keyId}/rotate`, { params: of(keyId), body: { overlapSeconds } }),
    revoke: (keyId: string) => client.DELETE(`${base}/api-keys/{keyId}`, { params: of(keyId) }),
  };
}

type Told<T> = { data?: { data: T }; error?: { error: { code: string; param?: string } }; response: Response };
/** The result of a call, to be compared with `[200]` or `[403, code, param]`. */
export const told = ({ response, error }: Told<unknown>): (string | number | undefined)[] =>
  error ? [response.status, error.error.code, error.error.param] : [response.status];

/** The data of a call that succeeds. */
export async function got<T>(call: Promise<Told<T>>): Promise<T> {
  const result = await call;
  if (!result.data) throw new Error(`refused: ${told(result)}`);
  return result.data.data;
}

/** A key with all permissions, except for the given settings. */
export const newKey = (backend: Backend, wishes: Partial<ApiKeyCreate> = {}, key?: string): Promise<IssuedApiKey> =>
  got(keysBy(backend, key).create({ name: 'Of a test', permissions: allPermissions, ...wishes }));

const referer = 'https://shop.example/admin';
/** Like `newKey`, with the operations of the new key on keys, called from a page of the shop. */
export async function holder(backend: Backend, wishes: Partial<ApiKeyCreate>) {
  const made = await newKey(backend, wishes);
  return { ...made, ...keysBy(backend, made.key, { headers: { referer } }) };
}

/** The key without its secret, as lists return it. */
export const withoutSecret = ({ key: _, ...rest }: IssuedApiKey): ApiKey => rest;

/** The result of a request with this secret: its status, and the code of an error. */
export async function using(backend: Backend, key: string): Promise<(number | string)[]> {
  const response = await send(backend, '/api/v1/auth/whoami', { key });
  const { error } = (await response.json()) as { error?: { code: string } };
  return error ? [response.status, error.code] : [response.status];
}

/** The events of a key, oldest first, and its audit entries, newest first. */
export async function traces(backend: Backend, resource: string, key?: string) {
  const query = { resource, pageSize: 100 };
  const params = { path: { teamId: team.id }, query };
  const events = await clientOf(backend, key).GET(`${base}/events`, { params });
  const audit = await clientOf(backend, key).GET(`${base}/audit-log`, { params });
  if (!events.data || !audit.data) throw new Error('events or audit log cannot be read');
  return {
    events: events.data.data,
    types: events.data.data.map(({ type }) => type),
    audit: audit.data.data,
    actions: audit.data.data.map(({ action }) => action).toReversed(),
  };
}

const dayMs = 24 * 3_600_000;
export const inDays = (days: number, from = Date.now()): string => new Date(from + days * dayMs).toISOString();
const end = '2100-01-01T00:00:00.000Z';

/** A field, a value that narrows a key in it, and a wider value. */
export const narrowings: [field: string, narrow: Partial<ApiKeyCreate>, wider: ApiKeyUpdate][] = [
  ['permissions', { permissions: ['keys:read', 'keys:write'] }, { permissions: ['tickets:write'] }],
  ...among('ipAddresses', ['127.0.0.0/8'], [['126.0.0.0/7'], ['127.0.0.1', '::/0'], []]),
  ...among('referrers', ['https://shop.example/admin'], [['https://shop.example/*'], ['https://*.shop.example'], []]),
  ...among('endpoints', ['Keys', 'getIdentity'], [['Tickets'], ['listApiKeys', 'getMe'], []]),
  ['rateLimit', { rateLimit: 50 }, { rateLimit: 51 }],
  ['rateLimit', { rateLimit: 50 }, { rateLimit: null }],
  ['expiresAt', { expiresAt: end }, { expiresAt: '2100-01-01T00:00:00.001Z' }],
  ['expiresAt', { expiresAt: end }, { expiresAt: null }],
];

/** One narrowing per field. */
export const fields = narrowings.filter(([field], i) => narrowings.findIndex(([other]) => other === field) === i);

function among<Kind extends keyof Schemas['RestrictionsUpdate']>(
  kind: Kind,
  narrow: Schemas['RestrictionsUpdate'][Kind],
  wider: Schemas['RestrictionsUpdate'][Kind][],
): typeof narrowings {
  return wider.map((list) => [
    `restrictions.${kind}`,
    { restrictions: { [kind]: narrow } },
    { restrictions: { [kind]: list } },
  ]);
}
