import type { Contract, Schema } from '../../src/contract/document.ts';
import type { Problem } from './rule.ts';
import { everySchema, typesOf } from './schemas.ts';

const sayOtherwise = ['$ref', 'enum', 'const', 'allOf', 'anyOf', 'oneOf'];

/** Every string has maxLength, a pattern, an enum or a const; every array maxItems; every number minimum and maximum. */
export function* bounded(contract: Contract): Generator<Problem> {
  for (const { schema, at, isCondition } of everySchema(contract)) {
    for (const missing of missingBounds(schema)) yield { at, message: `The schema has no bound. Add ${missing}.` };
    if (!isCondition && schema.type === undefined && !has(schema, sayOtherwise))
      yield { at, message: 'A schema without a type allows any value. Add a type.' };
  }
}

function missingBounds(schema: Schema): string[] {
  if (has(schema, ['enum', 'const'])) return [];
  const needs = (isNeeded: boolean, ...anyOf: string[]): string[] =>
    isNeeded && !has(schema, anyOf) ? [anyOf.join(' or ')] : [];
  const types = typesOf(schema);
  const isNumber = types.includes('integer') || types.includes('number');
  return [
    ...needs(types.includes('string'), 'maxLength', 'pattern'),
    ...needs(types.includes('array'), 'maxItems'),
    ...needs(isNumber, 'minimum'),
    ...needs(isNumber, 'maximum'),
  ];
}

const has = (schema: Schema, keywords: string[]): boolean => keywords.some((keyword) => schema[keyword] !== undefined);
