// Keywords that a response schema must not use. The guard closes each object separately, so no value is valid against an
// intersection or a condition. A union is valid if exactly one of its branches applies. The mock's generator does not support some keywords. `src/contract/views.ts` rejects
// keywords that it does not support.
import type { Contract, Schema } from '../../src/contract/document.ts';
import { patternInAscii } from '../../src/mock/patterns.ts';
import type { Problem } from './rule.ts';
import { parts, reached, type Standing, target } from './schemas.ts';

const combinators = ['allOf', 'not', 'if', 'then', 'else', 'dependentSchemas'];
const notGenerated = [
  'exclusiveMinimum',
  'exclusiveMaximum',
  'prefixItems',
  'propertyNames',
  'maxProperties',
  'contains',
  'patternProperties',
  'unevaluatedProperties',
];

/** A response schema has no `allOf` and no condition. A union is a choice by discriminator, or a schema or `null`. */
export function* plainResponses(contract: Contract): Generator<Problem> {
  yield* without(contract, combinators, 'cannot be closed against fields that the contract lacks');
  for (const { schema, at } of reached(contract, 'response'))
    for (const keyword of ['anyOf', 'oneOf'] as const) {
      const branches = schema[keyword];
      if (!branches) continue;
      const others = branches.filter(({ type }) => type !== 'null');
      const isChoice = others.length === 1 || (schema.discriminator && others.every(({ $ref }) => $ref));
      if (!isChoice || 'type' in schema)
        yield {
          at: [...at, keyword],
          message: `${keyword} in a response must have a discriminator and only references, or be one schema and null.`,
        };
    }
}

/** A response schema has no keyword that the mock's generator does not support. */
export const generatableResponses = (contract: Contract): Generator<Problem> =>
  without(contract, notGenerated, "is not supported by the mock's generator");

/** The mock can generate values for every pattern in a response. */
export function* generatablePatterns(contract: Contract): Generator<Problem> {
  for (const { schema, at } of reached(contract, 'response'))
    if (typeof schema.pattern === 'string' && patternInAscii(schema.pattern) === undefined)
      yield { at: [...at, 'pattern'], message: `The mock cannot generate values for the pattern ${schema.pattern}.` };
}

/** A response schema contains itself only through a list, which can be empty. */
export function* finiteResponses(contract: Contract): Generator<Problem> {
  const done = new Set<Schema>();
  for (const standing of reached(contract, 'response')) yield* cycles(standing, []);

  function* cycles(standing: Standing, above: Schema[]): Generator<Problem> {
    if (above.includes(standing.schema)) {
      yield { at: standing.at, message: 'A response schema can contain itself only as an item of a list.' };
      return;
    }
    if (done.has(standing.schema)) return;
    const direct = [...parts(standing)].filter(({ at }) => at.at(-1) !== 'items');
    for (const next of [...direct, ...target(contract, standing)]) yield* cycles(next, [...above, standing.schema]);
    done.add(standing.schema);
  }
}

function* without(contract: Contract, keywords: string[], why: string): Generator<Problem> {
  for (const { schema, at } of reached(contract, 'response'))
    for (const keyword of keywords)
      if (keyword in schema) yield { at: [...at, keyword], message: `${keyword} in a response ${why}.` };
}
