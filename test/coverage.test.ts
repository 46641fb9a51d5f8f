// Runs after all other tests and reads the records of the judge: the server and the mock returned every operation,
// declared status and declared code. A list contains the exceptions with their reasons, and no others.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errors } from '../generated/errors.ts';
import { differences } from './contract/only.ts';
import { collections } from './laws/collections.ts';
import { follow, type Node, operations } from './support/judge.ts';
import { unwritten, written } from './support/table.ts';

const seen = new Set(
  readdirSync(process.env.SEEN_DIR as string) // set by vitest.config.ts
    .flatMap((file) => readFileSync(join(process.env.SEEN_DIR as string, file), 'utf8').split('\n'))
    .filter(Boolean),
);
const declared = operations
  .filter(({ operationId }) => !unwritten.has(operationId))
  .flatMap(({ operationId, responses }) =>
    Object.entries<Node>(responses).flatMap(([status, response]) =>
      (status < '400' ? ['-'] : Object.keys(follow(response).content['application/json'].examples)).map((code) => ({
        operationId: operationId as string,
        status,
        code,
      })),
    ),
  );

/** Without a body, two requests with one key differ in nothing. The other cause is tested in test/idempotency/underWay.test.ts. */
const cannotConflict = ({ operationId, code }: (typeof declared)[number]) =>
  code === 'idempotency_conflict' && written.some((one) => one.operationId === operationId && one.body === null);

type Exception = { code: string; operations?: string[]; because: string };
const neverOnServer: Exception[] = [{ code: 'mock_scenario_unknown', because: 'only the mock reads Prefer' }];
/** The mock returns these only if `Prefer: code=` selects them. */
const playedOnMock: Exception[] = [
  { code: 'mock_scenario_unknown', because: 'only Prefer selects it' },
  { code: 'internal_error', because: 'no part of the mock can fail' },
  { code: 'service_unavailable', because: 'the mock has no database' },
  {
    code: 'resource_missing',
    operations: ['getEvent', 'listLibraryArticles', 'getLibraryArticle'],
    because: 'the mock has no rows; it only recognizes UUIDs that are not in our form',
  },
  { code: 'resource_conflict', because: 'the mock keeps no state' },
  { code: 'invalid_signature', because: 'the mock accepts every report, because it has no stored keys' },
];
const belongToNoOperation = ['route_not_found', 'method_not_allowed'];
const neverJudged: Record<string, string> = {
  headers_too_large: 'answered before there is a request; tested over a socket',
  malformed_request: 'answered before there is a request; tested over a socket',
  not_implemented: 'every operation is written',
  invalid_session: 'no operation accepts sessions yet; tested with the contract in test/awkward',
  session_expired: 'no operation accepts sessions yet; tested with the contract in test/awkward',
  resource_changed: 'no operation accepts If-Match yet; tested with the contract in test/awkward',
};

const covers =
  ({ operationId, code }: (typeof declared)[number]) =>
  (exception: Exception) =>
    exception.code === code && (exception.operations?.includes(operationId) ?? true);

test('the earlier tests recorded their responses', () => {
  expect(seen.size, 'SEEN_DIR is empty: coverage.test.ts must run after all other tests').toBeGreaterThan(0);
});

test.each([
  ['server', neverOnServer],
  ['mock', playedOnMock],
])('every declared response of every operation was seen on %s', (backend, exceptions) => {
  const missing = declared
    .filter((one) => !exceptions.some(covers(one)) && !cannotConflict(one))
    .map(({ operationId, status, code }) => `${backend} ${operationId} ${status} ${code}`)
    .filter((line) => !seen.has(line));
  expect(missing).toEqual([]);
});

test('the mock returned every declared error', () => {
  const missing = declared
    .filter(({ code }) => code !== '-')
    .map(({ operationId, status, code }) => `played ${operationId} ${status} ${code}`)
    .filter((line) => !seen.has(line));
  expect(missing).toEqual([]);
});

test.each([
  ['server', neverOnServer],
  ['mock', playedOnMock],
])('every exception of %s is still needed', (backend, exceptions) => {
  const needless = exceptions.flatMap((exception) => {
    const covered = declared.filter((one) => covers(one)(exception));
    const happened = covered.filter(({ operationId, status, code }) =>
      seen.has(`${backend} ${operationId} ${status} ${code}`),
    );
    return covered.length === 0 || happened.length > 0 ? [exception.code, ...happened] : [];
  });
  expect(needless).toEqual([]);
});

test('every code of the registry is declared, belongs to no operation, or is a listed exception', () => {
  const known = new Set([...declared.map(({ code }) => code), ...belongToNoOperation, ...Object.keys(neverJudged)]);
  expect(Object.keys(errors).filter((code) => !known.has(code))).toEqual([]);
  expect(Object.keys(neverJudged).filter((code) => declared.some((one) => one.code === code))).toEqual([]);
  for (const backend of ['server', 'mock'])
    for (const code of belongToNoOperation)
      expect(seen).toContain(`${backend} none ${errors[code as keyof typeof errors].status} ${code}`);
});

const files = readdirSync('test/contract');
/** The titles of `test('...')`, `test.each(...)('...')` and similar calls. */
const title = /^ {2}(?:(?:\w+|only\([^)]*\))(?:\.each(?:<[^\n]*>)?\([^\n]*\))?\(|[\])}]+\)\()\s*['"`]([^'"`]*)/gm;
const crossCutting = [
  ...[
    'audience',
    'demoTickets',
    'front',
    'frontBackend',
    'frontKeys',
    'frontMatrix',
    'frontRoutes',
    'idempotency',
    'mock',
    'mockLive',
    'visibility',
  ],
];

/** The laws in test/laws test all operations of a collection. */
const isOfCollection = ({ operationId }: { operationId: string }) =>
  collections.some(({ list, create, within }) =>
    [list, create, ...within].some((operation) => operation?.operationId === operationId),
  );

test('every operation has its test file or is part of a collection, and every other test file is listed', () => {
  const actual = files.filter((file) => file.endsWith('.test.ts')).map((file) => file.replace('.test.ts', ''));
  const known = [...written.map(({ operationId }) => operationId), ...crossCutting];
  expect(actual.filter((name) => !known.includes(name))).toEqual([]);
  const required = written.filter((operation) => !isOfCollection(operation));
  expect(required.map(({ operationId }) => operationId).filter((name) => !actual.includes(name))).toEqual([]);
});

test('titles start with the status, and tests are skipped only for a listed difference', () => {
  const wrong: string[] = [];
  for (const { operationId } of written.filter(({ operationId }) => files.includes(`${operationId}.test.ts`))) {
    const text = readFileSync(`test/contract/${operationId}.test.ts`, 'utf8');
    const titles = [...text.matchAll(title)];
    if (titles.length === 0) wrong.push(`${operationId} has no test`);
    for (const [, words] of titles) if (!/^[2-5]\d\d /.test(words as string)) wrong.push(`${operationId}: ${words}`);
    if (/\.(skip|skipIf|todo|only|fails)\b/.test(text)) wrong.push(`${operationId} skips by itself`);
  }
  const used = new Set(
    files.flatMap((file) => {
      const text = readFileSync(`test/contract/${file}`, 'utf8');
      return [...text.matchAll(/only\(backend, '([^']+)'\)/g)].map(([, reason]) => reason);
    }),
  );
  expect(wrong).toEqual([]);
  expect([...used].toSorted()).toEqual(Object.keys(differences).toSorted());
});
