// A statement is built once, and runs with the values of every call.
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { expect, test } from 'vitest';
import { createStatements } from '../../src/storage/statements.ts';
import type { Tables } from '../../src/storage/tables.ts';

const kysely = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});
type Values = { teamId: string; name?: string | null | undefined; limit?: number };

/** Builds the statement, and counts how often it was built. */
function counting(teamOf = ({ teamId }: Values) => teamId) {
  const statements = createStatements();
  let built = 0;
  const run = (values: Values) => {
    const { sql, parameters } = statements('tags', values, (slots) => {
      built++;
      let query = kysely.selectFrom('tags').select('id').where('team_id', '=', teamOf(slots)).where('name', '!=', 'x');
      if (slots.name !== undefined) query = query.where('name', '=', slots.name as string);
      return slots.limit === undefined ? query : query.limit(slots.limit);
    });
    return { sql, parameters };
  };
  return { run, built: () => built };
}

test('the values of each call are in their places, and constants stay', () => {
  const { run, built } = counting();
  expect(run({ teamId: 'a', name: 'one', limit: 5 }).parameters).toEqual(['a', 'x', 'one', 5]);
  expect(run({ teamId: 'b', name: null, limit: 0 }).parameters).toEqual(['b', 'x', null, 0]);
  expect(built()).toBe(1);
});

test('each set of values that are not undefined has its own statement', () => {
  const { run, built } = counting();
  const [plain, named] = [run({ teamId: 'a', name: undefined }), run({ teamId: 'a', name: 'one' })];
  expect(plain.parameters).toEqual(['a', 'x']);
  expect(named.sql).not.toBe(plain.sql);
  expect(run({ teamId: 'b' })).toEqual({ sql: plain.sql, parameters: ['b', 'x'] });
  expect(built()).toBe(2);
});

test('a statement that contains the tenant of its first call is refused', () => {
  const { run } = counting(() => 'a');
  expect(() => run({ teamId: 'a' })).toThrow("'tags' is built with a tenant of its own");
});
