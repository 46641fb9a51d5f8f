// How long a retry waits in the store for the first request.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimKey, keepReply } from '../../src/storage/replies.ts';
import { createSecretBox } from '../../src/storage/secretBox.ts';
import { team } from '../support/client.ts';
import { newKeys, type OwnStore, openOwnStore } from './ownServer.ts';

const { TEST_DATABASE_URL } = process.env;
const tenant = { teamId: team.id, environment: 'test' as const };
const box = createSecretBox(newKeys());
const now = new Date();
const answer = { status: 201, body: '{}', requestId: 'req_first0000000' };
const soon = () => performance.now();
const minutes = () => performance.now() + 300_000;
const requestOf = () => ({ method: 'POST', path: '/x', key: randomUUID(), digest: Buffer.from('same') });
let store: OwnStore;

beforeAll(async () => {
  store = await openOwnStore();
}, 60_000);
afterAll(() => store.close());

test('the lock timeout applies to the key only, not to later locks', async () => {
  const [row] = await store.database.write(tenant, async (db) => {
    expect(await claimKey(db, box, { ...requestOf(), waitUntil: minutes() }, 'req_1', now)).toEqual({
      before: 'nothing',
    });
    return db.run(sql<{ lock_timeout: string }>`show lock_timeout`);
  });
  expect(row?.lock_timeout).toBe('0');
});

test.skipIf(!TEST_DATABASE_URL)(
  'a claim without time left is rejected immediately; a claim that waits receives the response when the first one commits (skipped without TEST_DATABASE_URL: the embedded store runs one transaction at a time)',
  async () => {
    const { database } = store;
    const request = requestOf();
    const first = Promise.withResolvers<void>();
    const hasClaimed = Promise.withResolvers<void>();
    const writing = database.write(tenant, async (db) => {
      await claimKey(db, box, { ...request, waitUntil: minutes() }, answer.requestId, now);
      hasClaimed.resolve();
      await first.promise;
      await keepReply(db, box, request, answer);
    });
    await hasClaimed.promise;
    const claim = (waitUntil: number) =>
      database.write(tenant, (db) => claimKey(db, box, { ...request, waitUntil }, 'req_later', now));
    const patient = claim(minutes());
    await expect(claim(soon())).rejects.toMatchObject({ code: '55P03' });
    first.resolve();
    await writing;
    expect(await patient).toEqual({ before: 'same', reply: answer });
  },
);

test.skipIf(!TEST_DATABASE_URL)(
  'the next claim executes the request if the first one fails (skipped without TEST_DATABASE_URL)',
  async () => {
    const request = requestOf();
    const hasClaimed = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const failing = store.database.write(tenant, async (db) => {
      await claimKey(db, box, { ...request, waitUntil: minutes() }, 'req_failing', now);
      hasClaimed.resolve();
      await end.promise;
      throw new Error('failed');
    });
    await hasClaimed.promise;
    const next = store.database.write(tenant, (db) =>
      claimKey(db, box, { ...request, waitUntil: minutes() }, 'req_next', now),
    );
    end.resolve();
    await expect(failing).rejects.toThrow('failed');
    expect(await next).toEqual({ before: 'nothing' });
  },
);
