// After the complete run, the servers store no secret in plain text: no API key, no encryption key and no stored
// response. The servers have stopped. Their files are searched as bytes and their rows as text, because large values
// are compressed in the files. There are no signing secrets yet. Add them to `secretsOf`.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodingsOf, formsOf, searchFor } from './support/clearText.ts';
import { leftBehind } from './support/runDir.ts';
import type { Remains } from './support/servers.ts';

/** The files that store the secrets. */
const ownerOnly = ['demo.json', 'encryption-keys'];
/** A text that identifies a stored response. The ID alone is stored in plain text in several tables, on purpose. */
const markersOf = (requestId: string) =>
  ['"meta":{"requestId":"', '"meta": {"requestId": "'].map((start) => `${start}${requestId}"`);

let all: Remains[];

beforeAll(async () => {
  const [stop] = leftBehind('stop');
  if (!stop) throw new Error('no servers in RUN_DIR: secrets.test.ts must run after all other tests');
  all = (await (await fetch(stop, { method: 'POST' })).json()) as Remains[];
}, 60_000);

describe('the search for secrets finds', () => {
  const key = `sk_${'test'}_${'Ab-_'.repeat(8)}`;
  const body = key.slice(8);
  test.each([
    ['the key', key],
    ['its body', body],
    ['hex', Buffer.from(key).toString('hex')],
    ['hex in capitals', Buffer.from(key).toString('hex').toUpperCase()],
    ...[0, 1, 2].flatMap((offset): [string, string][] => [
      [`base64 after ${offset}`, Buffer.from(`${'x'.repeat(offset)}${key}!`).toString('base64')],
      [`base64url of the body after ${offset}`, Buffer.from(`${'x'.repeat(offset)}${body}!`).toString('base64url')],
    ]),
  ])('%s', (_what, text) => {
    expect(searchFor(formsOf(key))(`\0before ${text} after\xff`)).not.toEqual([]);
  });
  test('no other text', () => {
    expect(searchFor(formsOf(key))(`${key.slice(0, -1)} ${Buffer.from(key.slice(0, -1)).toString('base64')}`)).toEqual(
      [],
    );
  });
});

test('the search covers the right places: it finds values that are stored in plain text on purpose', () => {
  const stored = storedReplies();
  expect(stored, 'no test stored a response for an Idempotency-Key').not.toEqual([]);
  const find = searchFor(stored);
  expect(all.flatMap(textsOf).flatMap(find)).toEqual(expect.arrayContaining(stored));
  const embedded = all.filter(({ isEmbedded }) => isEmbedded);
  if (embedded.length > 0)
    expect(embedded.flatMap(filesOf).flatMap(({ content }) => find(content))).toEqual(expect.arrayContaining(stored));
});

test('no table contains a secret in plain text', () => {
  const find = searchFor(secretsOf(all));
  const found = all.flatMap(({ tables }) =>
    Object.entries(tables).flatMap(([table, rows]) => rows.flatMap(find).map((secret) => `${table}: ${secret}`)),
  );
  expect(found).toEqual([]);
});

test('no file of a data directory contains a secret in plain text, except the two files for secrets', () => {
  const find = searchFor(secretsOf(all));
  const found = all
    .flatMap(filesOf)
    .filter(({ name }) => !ownerOnly.includes(name))
    .flatMap(({ name, content }) => find(content).map((secret) => `${name}: ${secret}`));
  expect(found).toEqual([]);
});

test('only the owner can read these two files', () => {
  for (const { dataDir, isEmbedded } of all)
    for (const name of isEmbedded ? ownerOnly : ['demo.json']) {
      const mode = statSync(join(dataDir, name)).mode & 0o777;
      expect(mode.toString(8), name).toBe('600');
    }
});

/** The request IDs of stored responses. */
function storedReplies(): string[] {
  const kept = all.flatMap(({ tables }) => tables.idempotency as string[]).join('\n');
  return leftBehind('replies').filter((requestId) => kept.includes(requestId));
}

function secretsOf(remains: Remains[]): string[] {
  const replies = leftBehind('replies').flatMap(markersOf);
  const apiKeys = remains.flatMap(({ demo }) => demo.teams.flatMap(({ keys }) => Object.values(keys)));
  const encryptionKeys = remains.flatMap(
    ({ dataDir, encryptionKeys }) =>
      (encryptionKeys ?? readFileSync(join(dataDir, 'encryption-keys'), 'utf8'))
        .split(',')
        .map((pair) => Buffer.from(pair.split(':')[1] as string, 'base64')), // `id:key`
  );
  const made = leftBehind('keys');
  expect(made.length, 'no test created a key').toBeGreaterThan(20);
  return [
    ...[...replies, ...apiKeys, ...made].flatMap(formsOf),
    ...encryptionKeys.flatMap((key) => [key.toString('latin1'), ...encodingsOf(key)]),
  ];
}

const textsOf = ({ tables }: Remains): string[] => Object.values(tables).flat();

function filesOf({ dataDir }: Remains): { name: string; content: string }[] {
  return readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((file) => ({ name: file.slice(dataDir.length + 1), content: readFileSync(file, 'latin1') }));
}
