import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bundleRules } from '../../openapi/rules/bundleRules.ts';
import { problemsOf } from '../../openapi/rules/rule.ts';
import type { Contract } from '../../src/contract/document.ts';
import { contract, type Node } from '../support/judge.ts';
import { answerViolations } from './answerViolations.ts';
import { generatorViolations } from './generatorViolations.ts';
import { operationViolations } from './operationViolations.ts';
import { schemaViolations } from './schemaViolations.ts';
import { smallContract } from './smallContract.ts';

const small = smallContract();
const violations = [...schemaViolations, ...operationViolations, ...answerViolations, ...generatorViolations];
const place = mkdtempSync(join(tmpdir(), 'cstar-rules-'));
afterAll(() => rmSync(place, { recursive: true }));

/** The rules that report a problem. */
const speakers = (document: Node): string[] =>
  Object.entries(bundleRules).flatMap(([name, rule]) =>
    problemsOf(rule, document as Contract).length > 0 ? [name] : [],
  );

describe('rules in memory', () => {
  test('accept the contract, and the part of it in which violations are planted', () => {
    expect(speakers(contract)).toEqual([]);
    expect(speakers(small)).toEqual([]);
  });

  test('accept the awkward contract, which has what ours does not have yet', () => {
    expect(speakers(JSON.parse(readFileSync('test/awkward/generated/openapi.json', 'utf8')))).toEqual([]);
  });

  test('every rule has a test', () => {
    expect(new Set(violations.map(([rule]) => rule))).toEqual(new Set(Object.keys(bundleRules)));
  });

  test.each(violations)('%s finds: %s', (rule, _, plant, ...echoes) => {
    const document = structuredClone(small);
    plant(document);
    const found = speakers(document).filter((name) => name === rule || name !== 'used-schemas'); // many leave a schema unused
    expect(found.sort()).toEqual([rule, ...echoes].sort());
  });
});

/** The rules of Redocly that we use. */
const theirs: [string, (document: Node) => unknown][] = [
  ['operation-summary', (d) => delete d.paths['/readyz'].get.summary],
  ['operation-description', (d) => delete d.paths['/readyz'].get.description],
  ['operation-operationId-unique', (d) => (d.paths['/readyz'].get.operationId = 'getHealth')],
  ['parameter-description', (d) => delete d.components.parameters.Team.description],
];

describe('rules in Redocly, with redocly.yaml', () => {
  test('accept the bundle and the source', () => {
    expect(lint('redocly.yaml')).toEqual(new Set());
  });

  test('every rule is enabled', () => {
    const document = structuredClone(contract);
    for (const name of Object.keys(bundleRules)) violations.find(([rule]) => rule === name)?.[2](document);
    for (const [, plant] of theirs) plant(document);
    writeFileSync(join(place, 'openapi.json'), JSON.stringify(document));
    cpSync('openapi', join(place, 'openapi'), { recursive: true });
    writeFileSync(join(place, 'openapi/components/schemas/Stray.yaml'), 'type: boolean\n');
    writeFileSync(
      join(place, 'redocly.yaml'),
      readFileSync('redocly.yaml', 'utf8')
        .replace('openapi/rules/plugin.ts', resolve('openapi/rules/plugin.ts'))
        .replace('generated/openapi.json', 'openapi.json'),
    );
    const found = lint(join(place, 'redocly.yaml'));
    const ours = [...Object.keys(bundleRules), 'files-used'].map((name) => `cstar/${name}`);
    expect([...found].filter((rule) => rule.startsWith('cstar/')).sort()).toEqual(ours.sort());
    expect([...found]).toEqual(expect.arrayContaining(theirs.map(([rule]) => rule)));
  });
});

/** The rules that `redocly lint` reports for the bundle or the source. */
function lint(config: string): Set<string> {
  const rules = ['bundle', 'source'].flatMap((api) => {
    const { stdout } = spawnSync(
      'redocly',
      ['lint', api, '--format', 'json', '--max-problems', '1000', '--config', config],
      { encoding: 'utf8' },
    );
    const { problems } = JSON.parse(stdout) as { problems: { ruleId: string }[] };
    return problems.map(({ ruleId }) => ruleId);
  });
  return new Set(rules);
}
