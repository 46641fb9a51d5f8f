// A copy of the project whose contract has many times as many operations: each operation again, under other paths and tags.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { idPrefixes } from '../../generated/operations.ts';
import { type Contract, operationsOf } from '../../src/contract/document.ts';
import { createGuardCode } from '../../src/contract/guardCode.ts';
import { loadContract } from '../../src/contract/load.ts';
import { operationTable } from '../../src/contract/print.ts';

/** The folder of the copy, and its number of operations. */
export type Grown = { folder: string; operations: number; remove(): void };

export function grownProject(times: number): Grown {
  const folder = mkdtempSync(join(tmpdir(), 'cstar-grown-'));
  const contract = grownContract(times);
  for (const name of ['src', 'test', 'generated', '.docs', 'package.json'])
    cpSync(name, join(folder, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const target = join(folder, 'generated');
  writeFileSync(join(target, 'openapi.json'), JSON.stringify(contract, null, 2));
  writeFileSync(join(target, 'operations.ts'), operationTable(contract, idPrefixes));
  rmSync(join(target, 'guard'), { recursive: true });
  mkdirSync(join(target, 'guard'));
  const operations = [...operationsOf(contract)].map(({ operation }) => operation);
  const codeOf = createGuardCode(contract, '../../src/contract/exactFormats.ts');
  for (const tag of new Set(operations.map(({ tags }) => tags[0])))
    writeFileSync(join(target, 'guard', `${tag}.cjs`), codeOf(tag));
  return { folder, operations: operations.length, remove: () => rmSync(folder, { recursive: true }) };
}

function grownContract(times: number): Contract {
  const contract = loadContract();
  const paths = Object.entries(contract.paths);
  const tags = contract.tags ?? [];
  contract.tags = [...tags];
  for (let copy = 1; copy < times; copy++) {
    contract.tags.push(...tags.map((tag) => ({ ...tag, name: `${tag.name}${copy}` })));
    for (const [path, item] of paths) {
      const { 'x-alias': _, ...again } = structuredClone(item);
      for (const { operation } of operationsOf({ ...contract, paths: { [path]: again } })) {
        operation.operationId += copy;
        operation.tags = [`${operation.tags[0]}${copy}`];
      }
      contract.paths[path.replace(lastName, `/$1-${copy}$2`)] = again;
    }
  }
  return contract;
}

/** The last segment of a path that is not a parameter, and the parameters after it. */
const lastName = /\/([a-z-]+)((?:\/\{\w+\})*)$/;
