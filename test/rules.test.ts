// The rules of the repository, as tests.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { operationTable, permissions } from '../generated/operations.ts';
import { loadContract } from '../src/contract/load.ts';

const linesMax = 300;
const files = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
    .sort();
const text = (file: string) => readFileSync(file, 'utf8');

test.each([['openapi/openapi.yaml', 'generated']])('what is generated from %s is up to date', (source, committed) => {
  const target = mkdtempSync(join(dirname(committed), '.generated-')); // beside the committed one: imports are relative
  try {
    execFileSync(process.execPath, ['src/contract/generate.ts', source, target], { stdio: 'pipe' });
    const names = filesIn(target);
    for (const name of names) expect(text(join(committed, name)), name).toBe(text(join(target, name)));
    expect(filesIn(committed)).toEqual(names);
  } finally {
    rmSync(target, { recursive: true });
  }
});

test('only config.ts reads the environment', () => {
  expect(files('src').filter((file) => text(file).includes('process.env'))).toEqual(['src/config.ts']);
});

test(`no file has more than ${linesMax} lines`, () => {
  const long = [...files('src'), ...files('test'), ...files('openapi')].filter(
    (file) => !file.includes('/generated/') && text(file).split('\n').length > linesMax + 1,
  );
  expect(long).toEqual([]);
});

test('every contract tag has a folder with handlers, and every folder with handlers has a tag', () => {
  const tags = new Set(operationTable.map(({ tag }) => tag.toLowerCase()));
  const folders = files('src')
    .filter((file) => file.endsWith('/handlers.ts'))
    .map((file) => dirname(relative('src', file)));
  expect(new Set(folders)).toEqual(tags);
});

test('the README lists every setting', () => {
  const read = text('src/config.ts').matchAll(/(?<=')[A-Z][A-Z_]{3,}(?=')/g);
  const rows = text('README.md').matchAll(/^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|/gm);
  const listed = [...rows].flatMap(([, names = '']) => names.match(/[A-Z_]+/g) ?? []);
  expect(listed.sort()).toEqual([...new Set([...read].map(([name]) => name))].sort());
});

test('the README of the contract lists every extension field', () => {
  const sources = ['openapi', 'test/awkward'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => join(folder, name)),
  );
  const used = sources.flatMap((file) => text(file).match(/(?<=^\s*)x-[A-Za-z-]+(?=:)/gm) ?? []);
  const rows = text('openapi/README.md').matchAll(/^\| `(x-[A-Za-z-]+)/gm);
  const listed = new Set([...rows].map(([, name]) => name as string));
  expect([...listed].sort()).toEqual([...new Set(used)].sort());
});

test('imports have one direction, and no tag imports another tag', () => {
  const tags = [...new Set(operationTable.map(({ tag }) => tag.toLowerCase()))];
  const mayImport: Record<string, string[]> = {
    contract: [],
    storage: [],
    http: ['contract', 'storage'],
    web: ['contract'],
    mock: ['contract', 'http', 'storage'],
    ...Object.fromEntries(tags.map((tag) => [tag, ['http', 'storage']])),
  };
  const wrong = files('src').flatMap((file) => {
    const from = layerOf(file);
    const allowed = mayImport[from];
    if (!allowed) return []; // the files at the top combine the parts
    return importsOf(file)
      .map(layerOf)
      .filter((to) => to !== from && !allowed.includes(to))
      .map((to) => `${file} imports ${to}`);
  });
  expect(wrong).toEqual([]);
});

test('the front contains no name of an operation, tag or permission', () => {
  const names = [...operationTable.flatMap(({ operationId, tag }) => [operationId, tag]), ...permissions];
  const told = files('src/http').flatMap((file) =>
    names.filter((name) => text(file).includes(`'${name}'`)).map((name) => `${file}: ${name}`),
  );
  expect(told).toEqual([]);
});

test('writes use one transaction, which is opened in one place', () => {
  const opening = files('src').filter((file) => /\.transaction\(|'begin'/.test(text(file)));
  expect(opening).toEqual(['src/storage/database.ts', 'src/storage/migrate.ts']);
});

test('every event type is also a webhook with a payload', () => {
  const { webhooks, components } = loadContract();
  expect(Object.keys(webhooks ?? {})).toEqual((components.schemas.EventType as { enum?: string[] }).enum);
});

/** The first folder under src/, or the name of a file at the top. */
function layerOf(file: string): string {
  return relative('src', file).split('/')[0] as string;
}

/** The files under src/ that a file imports, as paths from the root. */
function importsOf(file: string): string[] {
  return [...text(file).matchAll(/^(?:import|export|\})[^'\n]*from '(\.[^']+)'|import\('(\.[^']+)'\)/gm)]
    .map(([, fixed, lazy]) => join(dirname(file), fixed ?? (lazy as string)))
    .filter((path) => path.startsWith('src/'));
}
