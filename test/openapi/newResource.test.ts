// `npm run new` writes files that follow every rule, in a copy of the project.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bundleRules } from '../../openapi/rules/bundleRules.ts';
import { problemsOf } from '../../openapi/rules/rule.ts';

const copy = mkdtempSync(join(tmpdir(), 'cstar-new-'));
afterAll(() => rmSync(copy, { recursive: true }));
const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { cwd: copy, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

test('a new resource passes the lint rules, biome and the compiler', { timeout: 120_000 }, () => {
  for (const name of [
    '.biome.jsonc',
    '.gitignore',
    'generated',
    'openapi',
    'package.json',
    'redocly.yaml',
    'src',
    'test',
    'tsconfig.json',
  ])
    cpSync(name, join(copy, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
  run('git', 'init', '-q'); // biome reads .gitignore only in a repository

  const created = run(process.execPath, 'openapi/new/resource.ts', 'entries', '--prefix', 'ent', '--singular', 'entry');
  expect(created.match(/^created /gm)).toHaveLength(13);
  expect(() => run(process.execPath, 'openapi/new/resource.ts', 'entries', '--prefix', 'ent')).toThrow(
    'already exists',
  );

  run(process.execPath, 'src/contract/generate.ts');
  const contract = JSON.parse(readFileSync(join(copy, 'generated/openapi.json'), 'utf8'));
  for (const [name, rule] of Object.entries(bundleRules)) expect(problemsOf(rule, contract), name).toEqual([]);
  expect(contract.paths['/api/v1/teams/{teamId}/entries/{entryId}'].delete.operationId).toBe('deleteEntry');
  run('biome', 'check', '.');
  run('tsc', '--noEmit');
});

test.each([[['Labels']], [['labels', '--prefix', 'labels']], [[]]])('%j is rejected', (args) => {
  expect(() => run(process.execPath, resolve('openapi/new/resource.ts'), ...args)).toThrow(
    /Name the resource|three to five/,
  );
});
