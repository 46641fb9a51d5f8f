// A change that restricts a key takes effect immediately on the server that makes it, and within five seconds on every
// other server.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allPermissions, got, keysBy, newKey, using } from '../contract/apiKeys.ts';
import { type OwnStore, openOwnStore } from '../idempotency/ownServer.ts';
import { type Backend, clientOf, keys, team } from '../support/client.ts';
import { holdable, type OwnApi, serveKeys } from './ownApi.ts';

const promisedMs = 5_000;
let store: OwnStore;
let here: OwnApi;
let elsewhere: OwnApi;

beforeAll(async () => {
  store = await openOwnStore();
  [here, elsewhere] = [await serveKeys(store), await serveKeys(store)];
});
afterAll(async () => {
  await Promise.all([here.stop(), elsewhere.stop()]);
  await store.close();
});

const withoutTickets = allPermissions.filter((one) => one !== 'tickets:read');
const withdrawals: [what: string, code: string, withdraw: (keyId: string) => Promise<unknown>][] = [
  ['revoked', '401 invalid_api_key', (id) => got(keysBy(here).revoke(id))],
  ['deactivated', '401 invalid_api_key', (id) => got(keysBy(here).change(id, { isActive: false }))],
  ['rotated with overlap 0', '401 key_expired', (id) => got(keysBy(here).rotate(id, 0))],
  ['narrowed', '403 insufficient_permissions', (id) => got(keysBy(here).change(id, { permissions: withoutTickets }))],
];

/** The result of a request with a key. */
async function ask(backend: Backend, key: string): Promise<string> {
  const params = { path: { teamId: team.id }, query: { pageSize: 1 } };
  const { response, error } = await clientOf(backend, key).GET('/api/v1/teams/{teamId}/tickets', { params });
  return [response.status, error?.error.code].filter(Boolean).join(' ');
}

/**
 * Waits until a key is rejected, and fails if a request after the promised time is accepted. Returns the milliseconds.
 */
async function refusedAfter(backend: Backend, key: string, refusal: string, since: number): Promise<number> {
  for (;;) {
    const sent = performance.now() - since;
    const answer = await ask(backend, key);
    if (answer === refusal) return sent;
    expect(answer).toBe('200');
    expect(sent).toBeLessThanOrEqual(promisedMs);
    await pause(50);
  }
}

describe('a key that two servers have cached', () => {
  test.concurrent.each(withdrawals)('is rejected by both servers when it is %s', async (what, refusal, withdraw) => {
    const { id, key } = await newKey(here);
    expect([await ask(here, key), await ask(elsewhere, key)]).toEqual(['200', '200']);
    await withdraw(id);
    const since = performance.now();
    expect(await ask(here, key)).toBe(refusal);
    const ms = await refusedAfter(elsewhere, key, refusal, since);
    console.info(`${what}: refused by the other server after ${Math.round(ms)} ms`);
  });

  test.concurrent('is rejected in time even if the other server looks it up slowly', async () => {
    const { id, key } = await newKey(here);
    const { database, hold } = holdable(store.database);
    const slow = await serveKeys(store, { database });
    const { read, release } = hold();
    const early = ask(slow, key);
    await read;
    expect(await ask(elsewhere, key)).toBe('200');
    await got(keysBy(here).revoke(id));
    await refusedAfter(elsewhere, key, '401 invalid_api_key', performance.now());
    release();
    expect(await early).toBe('200'); // the key was active when the request arrived
    expect(await ask(slow, key)).toBe('401 invalid_api_key');
    await slow.stop();
  });
});

test('a lookup that runs during the revocation of the key is not cached', async () => {
  const { id, key } = await newKey(here);
  const { database, hold } = holdable(store.database);
  const own = await serveKeys(store, { database });
  expect(await using(own, keys.secretTest)).toEqual([200]);
  const { read, release } = hold();
  const early = ask(own, key);
  await read;
  await got(keysBy(own).revoke(id));
  release();
  expect(await early).toBe('200'); // the key was active when the request arrived
  expect(await ask(own, key)).toBe('401 invalid_api_key');
  await own.stop();
});

test('a lookup that runs during the revocation of another key is unaffected', async () => {
  const [mine, other] = [await newKey(here), await newKey(here)];
  const { database, hold } = holdable(store.database);
  const own = await serveKeys(store, { database });
  expect(await using(own, keys.secretTest)).toEqual([200]);
  const { read, release } = hold();
  const early = ask(own, mine.key);
  await read;
  await got(keysBy(own).revoke(other.id));
  release();
  expect([await early, await ask(own, mine.key)]).toEqual(['200', '200']);
  await own.stop();
});
