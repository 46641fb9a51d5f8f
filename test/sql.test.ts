// One rule for all SQL of the run: a statement on a tenant table names the tenant in the same query level. Runs after
// the other tests, whose servers recorded every SQL text.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { leftBehind } from './support/runDir.ts';
import { statementsOf, tenantColumnsOf, violationsOf } from './support/sqlRule.ts';

const folder = 'src/storage/migrations';
const migrations = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`, 'utf8'));
const tables = tenantColumnsOf(migrations);
const seen = leftBehind('sql');

type Exception = { because: string; covers(sql: string): boolean };
const exceptions: Exception[] = [
  { because: 'migrations are for all tenants', covers: (sql) => migrations.includes(sql) },
  {
    because: 'the key of a secret is looked up before the tenant is known; the digest is unique',
    covers: (sql) =>
      /^select [^()]+ from "key_secrets"( as "secret" inner join [^()]+)? where "digest" = \$1$/.test(sql),
  },
];
const isException = (sql: string) => exceptions.some(({ covers }) => covers(sql));

test('the earlier tests recorded their SQL', () => {
  expect(seen.length, 'no SQL in RUN_DIR: sql.test.ts must run after all other tests').toBeGreaterThan(20);
  const all = seen.join('\n');
  const untouched = [...tables.keys()].filter((table) => !all.includes(`"${table}"`) && !all.includes(` ${table} `));
  expect(untouched, 'tables that no statement of the run uses').toEqual([]);
});

test('every statement that the servers sent is bound to one tenant', () => {
  const unbound = seen
    .filter((sql) => !isException(sql))
    .flatMap((sql) => wrongIn(sql).map((what) => `${what}: ${sql}`));
  expect(unbound).toEqual([]);
});

test('every exception is still needed', () => {
  const needless = exceptions.filter(({ covers }) => !seen.some((sql) => covers(sql) && wrongIn(sql).length > 0));
  expect(needless.map(({ because }) => because)).toEqual([]);
});

test('migrations create no view, function or trigger, which could hide statements', () => {
  const known = ['CreateStmt', 'IndexStmt', 'AlterTableStmt', 'DropStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt'];
  const kinds = migrations.flatMap(statementsOf).flatMap((statement) => Object.keys(statement));
  expect(kinds.filter((kind) => !known.includes(kind))).toEqual([]);
});

test('the tenant tables are read from the migrations', () => {
  expect(Object.fromEntries(tables)).toMatchObject({
    tickets: ['team_id', 'environment'],
    tenant_state: ['team_id', 'environment'],
    events: ['team_id', 'environment'],
    members: ['team_id'],
  });
  expect(tables.has('teams')).toBe(false);
  const later = ['create table a (id uuid, team_id uuid)', 'alter table a add column environment text'];
  expect(tenantColumnsOf(later).get('a')).toEqual(['team_id', 'environment']);
});

const bound = 'team_id = $1 and environment = $2';
const joined = 'm.team_id = t.team_id and m.environment = t.environment';
const ofT = 't.team_id = $1 and t.environment = $2';

describe('the rule rejects', () => {
  test.each([
    ['no condition', 'select * from tickets'],
    ['a missing environment', 'select * from tickets where team_id = $1 and id = $2'],
    ['a missing team', 'select * from tickets where environment = $1'],
    ['an or', 'select * from tickets where team_id = $1 and environment = $2 or id = $3'],
    ['an or inside', 'select * from tickets where team_id = $1 and (environment = $2 or true)'],
    ['a not', 'select * from tickets where team_id = $1 and not environment = $2'],
    ['another comparison', 'select * from tickets where team_id = $1 and environment >= $2'],
    ['any of many', 'select * from tickets where team_id = $1 and environment = any($2)'],
    ['a constant', "select * from tickets where team_id = $1 and environment = 'live'"],
    ['the column itself', 'select * from tickets where team_id = team_id and environment = environment'],
    ['a column in a function', 'select * from tickets where coalesce(team_id, $1) = $1 and environment = $2'],
    ['a wrong alias', `select * from tickets t, messages m where ${ofT} and t.team_id = $1 and t.environment = $2`],
    ['an alias of elsewhere', 'select * from tickets t where m.team_id = $1 and m.environment = $2'],
    ['bare names of two tables', `select * from tickets, messages where ${bound}`],
    ['an unbound subquery', `select * from tickets where ${bound} and id in (select ticket_id from messages)`],
    ['a subquery bound outside', `select * from (select * from tickets) t where ${ofT}`],
    ['an unbound scalar', `select (select count(*) from messages) from tickets where ${bound}`],
    [
      'a subquery bound by its outer row',
      `select 1 from tickets t where ${ofT} and exists (select 1 from messages m where ${joined})`,
    ],
    ['an unbound CTE', 'with t as (select * from tickets) select * from t where team_id = $1 and environment = $2'],
    ['one half of a union', `select id from tickets where ${bound} union all select id from tickets`],
    ['the kept side of a left join', `select * from tickets t left join messages m on ${joined} and ${ofT}`],
    ['a full join', `select * from tickets t full join messages m on ${joined} and ${ofT}`],
    ['a condition in having', `select team_id from tickets group by 1 having ${bound}`],
    ['an update without where', 'update tickets set title = $1'],
    ['an update of one environment', 'update tickets set title = $1 where environment = $2'],
    ['an update that moves a row', `update tickets set environment = $3 where ${bound}`],
    ['an update from an unbound table', `update tickets t set title = m.content from messages m where ${ofT}`],
    ['an update in a CTE', 'with t as (update tickets set title = $1 returning id) select * from t'],
    ['a delete without where', 'delete from messages'],
    ['a delete using an unbound table', `delete from tickets t using messages m where ${ofT}`],
    ['an insert without a team', 'insert into tags (environment, id, name) values ($1, $2, $3)'],
    ['an insert without names', 'insert into tags values ($1, $2, $3, $4)'],
    ['an insert of a constant', "insert into tags (team_id, environment, id) values ($1, 'live', $2)"],
    ['an insert, second row', 'insert into tags (team_id, environment) values ($1, $2), ($3, default)'],
    ['an insert of defaults', 'insert into tags default values'],
    ['an insert from an unbound table', 'insert into tags (team_id, environment, id) select $1, $2, id from tickets'],
    [
      'an insert of what it finds',
      `insert into tags (team_id, environment) select team_id, environment from tickets where ${bound}`,
    ],
    [
      'an upsert over less than the tenant',
      'insert into tags (team_id, environment, id) values ($1, $2, $3) on conflict (id) do update set name = $4',
    ],
    [
      'an upsert that moves a row',
      'insert into tags (team_id, environment, id) values ($1, $2, $3) on conflict (team_id, environment, id) do update set team_id = $4',
    ],
    ['truncate', 'truncate tickets'],
    ['merge', 'merge into tickets t using (select $1::uuid as id) s on t.id = s.id when matched then delete'],
    ['copy', 'copy tickets to stdout'],
    ['another schema', 'select * from public.tickets'],
    ['a team-wide table without its team', 'select * from members where id = $1'],
    ['the second of two statements', `delete from tags where ${bound}; delete from tags`],
  ])('%s', (_what, sql) => {
    expect(wrongIn(sql)).not.toEqual([]);
  });
});

describe('the rule accepts', () => {
  test.each([
    ['a select', `select * from tickets where ${bound} and (id = $3 or title = $4)`],
    ['quoted names and an alias', 'select * from "tickets" as "t" where "t"."team_id" = $1 and $2 = "t"."environment"'],
    [
      'casts of parameters',
      'select * from tickets where team_id = $1::uuid and environment = $2::text for update of tickets',
    ],
    ['a join over bound columns', `select * from tickets t join messages m on ${joined} where ${ofT}`],
    ['the other side of a left join', `select * from tickets t left join messages m on ${joined} where ${ofT}`],
    [
      'bound subqueries',
      `select * from tickets where ${bound} and id in (select ticket_id from messages where ${bound})`,
    ],
    ['a count of a bound query', `select count(*) from (select 1 from tickets where ${bound} limit 9) as counted`],
    ['an update', `update tickets set title = $3 where ${bound} returning *`],
    ['a delete', `delete from tickets where ${bound}`],
    [
      'an insert of two rows',
      'insert into tags (id, team_id, environment) values ($1, $2, $3), ($4, $5, $6) on conflict do nothing',
    ],
    [
      'an insert from a bound CTE',
      `with t as (update tickets set title = $3 where ${bound} returning id) insert into tags (team_id, environment, id) select $1::uuid, $2, t.id from t`,
    ],
    [
      'an upsert',
      'insert into tags (team_id, environment, id) values ($1, $2, $3) on conflict (team_id, environment, id) do update set name = $4',
    ],
    ['a team-wide table', 'select * from members where team_id = $1'],
    ['what belongs to no tenant', "select id from teams where slug = $1; set local lock_timeout = '2s'; begin"],
  ])('%s', (_what, sql) => {
    expect(wrongIn(sql)).toEqual([]);
  });
});

function wrongIn(sql: string): string[] {
  return violationsOf(sql, tables);
}
