// A statement is built once, and runs with the values of every call.
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { expect, test } from 'vitest';
import { createStatements } from '../../src/storage/statements.ts';
import type { Tables } from '../../src/storage/tables.ts';
import type { Tenant } from '../../src/storage/tenant.ts';

const kysely = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});
type Values = Tenant & { name?: string | null | undefined; limit?: number };
const [a, b] = [
  { teamId: 'a', environment: 'test' },
  { teamId: 'b', environment: 'live' },
] as const;

/** Builds the statement, and counts how often it was built. */
function counting(tenantOf = ({ teamId, environment }: Values): Tenant => ({ teamId, environment })) {
  const statements = createStatements();
  let built = 0;
  const run = (values: Values) => {
    const { sql, parameters } = statements('tags', values, (slots) => {
      built++;
      const { teamId, environment } = tenantOf(slots);
      let query = kysely.selectFrom('tags').select('id').where('team_id', '=', teamId).where('name', '!=', 'x');
      query = query.where('environment', '=', environment);
      if (slots.name !== undefined) query = query.where('name', '=', slots.name as string);
      return slots.limit === undefined ? query : query.limit(slots.limit);
    });
    return { sql, parameters };
  };
  return { run, built: () => built };
}

test('the values of each call are in their places, and constants stay', () => {
  const { run, built } = counting();
  expect(run({ ...a, name: 'one', limit: 5 }).parameters).toEqual(['a', 'x', 'test', 'one', 5]);
  expect(run({ ...b, name: null, limit: 0 }).parameters).toEqual(['b', 'x', 'live', null, 0]);
  expect(built()).toBe(1);
});

test('each set of values that are not undefined has its own statement', () => {
  const { run, built } = counting();
  const [plain, named] = [run({ ...a, name: undefined }), run({ ...a, name: 'one' })];
  expect(plain.parameters).toEqual(['a', 'x', 'test']);
  expect(named.sql).not.toBe(plain.sql);
  expect(run(b)).toEqual({ sql: plain.sql, parameters: ['b', 'x', 'live'] });
  expect(built()).toBe(2);
});

test.each<[string, (slots: Values) => Tenant]>([
  ['team', ({ environment }) => ({ ...a, environment })],
  ['environment', ({ teamId }) => ({ ...a, teamId })],
])('a statement that contains the %s of its first call is refused', (_, tenantOf) => {
  expect(() => counting(tenantOf).run(a)).toThrow("'tags' is built with a tenant of its own");
});
