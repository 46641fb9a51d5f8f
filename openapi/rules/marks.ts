// Rules for our `x-` fields that no other file checks.
import type { Contract } from '../../src/contract/document.ts';
import { nodesOf } from './nodes.ts';
import type { Problem } from './rule.ts';
import { everySchema } from './schemas.ts';

const known = [
  'x-audience',
  'x-secret-when',
  'x-from-path',
  'x-from-caller',
  'x-probe',
  'x-environment',
  'x-errors',
  'x-envelope',
  'x-values',
  'x-shown-once',
  'x-always',
  'x-must-be',
  'x-keys',
  'x-snapshot',
  'x-changes',
  'x-audited',
  'x-clock',
  'x-sets',
  'x-filters',
  'x-searches',
  'x-guides',
  'x-rate-limits',
  'x-enumDescriptions',
  'x-alias',
  'x-reads',
  'x-item',
  'x-items',
];
const callerFacts = ['teamId', 'type', 'environment'];

/** `x-from-path` names a path parameter that exists, or is `*` for the last one. */
export function* fromPath(contract: Contract): Generator<Problem> {
  const names = new Set(Object.keys(contract.paths).flatMap((path) => path.match(/(?<=\{)\w+(?=\})/g) ?? []));
  for (const { schema, at } of everySchema(contract)) {
    const name = schema['x-from-path'];
    if (name !== undefined && name !== '*' && !names.has(name))
      yield { at: [...at, 'x-from-path'], message: `No path has a parameter ${name}.` };
  }
}

/** `x-from-caller` names teamId, type or environment. */
export function* fromCaller(contract: Contract): Generator<Problem> {
  for (const { schema, at } of everySchema(contract)) {
    const fact = schema['x-from-caller'];
    if (fact !== undefined && !callerFacts.includes(fact))
      yield { at: [...at, 'x-from-caller'], message: `${fact} is not one of ${callerFacts.join(', ')}.` };
  }
}

/** `x-enumDescriptions` describes every value of its enum and no others. */
export function* enumDescriptions(contract: Contract): Generator<Problem> {
  for (const { schema, at } of everySchema(contract)) {
    const texts = schema['x-enumDescriptions'];
    if (texts === undefined) continue;
    const values = new Set<unknown>((schema.enum as unknown[] | undefined) ?? []);
    for (const value of values.symmetricDifference(new Set<unknown>(Object.keys(texts as object))))
      yield { at: [...at, 'x-enumDescriptions'], message: `${value} must be in both enum and x-enumDescriptions.` };
  }
}

/** Only known `x-` fields are used, so that typing errors are found. */
export function* knownMarks(contract: Contract): Generator<Problem> {
  for (const { fields, at, isDirectory } of nodesOf(contract))
    for (const key of isDirectory ? [] : Object.keys(fields))
      if (key.startsWith('x-') && !known.includes(key))
        yield { at: [...at, key], message: `${key} is not one of ${known.join(', ')}.` };
}
