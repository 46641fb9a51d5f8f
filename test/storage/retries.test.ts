// A write whose transaction conflicts with another one is retried. The caller notices nothing.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OwnStore, openOwnStore } from '../idempotency/ownServer.ts';
import { team } from '../support/client.ts';

const tenant = { teamId: team.id, environment: 'test' as const };
const name = 'retried';
let store: OwnStore;
beforeAll(async () => {
  store = await openOwnStore();
}, 60_000);
afterAll(() => store.close());

type Failure = { code?: string; constraint?: string };
const rows = () => store.database.of(tenant).selectFrom('tags').select('id').where('name', '=', name).execute();

/** Runs a write that adds a row and then fails this many times. */
async function write(failures: number, failure: Failure): Promise<{ tries: number; result: string }> {
  let tries = 0;
  const written = store.database.write(tenant, async (db) => {
    tries++;
    await db.insertInto('tags').values({ id: crypto.randomUUID(), name }).execute();
    if (tries <= failures) throw Object.assign(new Error('conflict'), failure);
    await db.deleteFrom('tags').where('name', '=', name).execute();
    return 'written';
  });
  const result = await written.catch((error: Error) => error.message);
  return { tries, result };
}

describe.each<[string, Failure]>([
  ['a serialization failure', { code: '40001' }],
  ['a deadlock', { code: '40P01' }],
  ['an ID that exists already', { code: '23505', constraint: 'tickets_pkey' }],
])('%s', (_, failure) => {
  test('is retried in a new transaction', async () => {
    expect(await write(2, failure)).toEqual({ tries: 3, result: 'written' });
    expect(await rows()).toEqual([]);
  });

  test('is reported after the fifth try', async () => {
    expect(await write(4, failure)).toEqual({ tries: 5, result: 'written' });
    expect(await write(5, failure)).toEqual({ tries: 5, result: 'conflict' });
    expect(await rows()).toEqual([]);
  });
});

test.each<[string, Failure]>([
  ['a duplicate that the caller chose', { code: '23505', constraint: 'tags_name_key' }],
  ['a duplicate without the name of its constraint', { code: '23505' }],
  ['another error at a primary key', { code: '23503', constraint: 'tickets_pkey' }],
  ['an error of the handler', {}],
])('%s is not retried', async (_, failure) => {
  expect(await write(1, failure)).toEqual({ tries: 1, result: 'conflict' });
  expect(await rows()).toEqual([]);
});
