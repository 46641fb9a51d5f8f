// The key ends while a slow body arrives: the request is rejected.
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { got, keysBy, newKey } from '../contract/apiKeys.ts';
import { answerOn, connectTo } from '../http/socket.ts';
import { type OwnStore, openOwnStore } from '../idempotency/ownServer.ts';
import { keys, team } from '../support/client.ts';
import { holdable, type OwnApi, serveKeys } from './ownApi.ts';

let store: OwnStore;
let api: OwnApi;
let hold: ReturnType<typeof holdable>['hold'];
beforeAll(async () => {
  store = await openOwnStore();
  const held = holdable(store.database);
  hold = held.hold;
  api = await serveKeys(store, { database: held.database });
});
afterAll(async () => {
  await api.stop();
  await store.close();
});

const ticketsOf = async () =>
  (await store.pool.query("select count(*)::int as n from tickets where title = 'Slow'")).rows[0].n;

test.each([
  ['revoked', 401, 'invalid_api_key', (id: string) => keysBy(api).revoke(id)],
  ['deactivated', 401, 'invalid_api_key', (id: string) => keysBy(api).change(id, { isActive: false })],
  ['rotated', 401, 'key_expired', (id: string) => keysBy(api).rotate(id)],
  ['renamed, which ends nothing', 201, undefined, (id: string) => keysBy(api).change(id, { name: 'Renamed' })],
] as const)('a key that is %s while the body arrives: %i', async (_what, status, code, change) => {
  const { id, key } = await newKey(api, {}, keys.secretTest);
  const before = await ticketsOf();
  const { read, release } = hold();
  const socket = connectTo(api.url);
  const body = '{"title":"Slow"}';
  socket.write(
    `POST /api/v1/teams/${team.id}/tickets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body.slice(0, 5)}`,
  );
  await read; // the key is being looked up, so the headers have arrived
  release();
  await got(change(id) as ReturnType<ReturnType<typeof keysBy>['get']>);
  const closed = once(socket, 'close');
  socket.write(body.slice(5));
  const answer = await answerOn(socket);
  expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
  await closed;
  expect(await ticketsOf()).toBe(before + (status === 201 ? 1 : 0));
});
