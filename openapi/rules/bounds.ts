import { type Contract, parametersOf, resolve, type Schema } from '../../src/contract/document.ts';
import { formats } from '../../src/contract/formats.ts';
import { operationsAt } from './bodies.ts';
import type { Place, Problem } from './rule.ts';
import { everySchema, reached, type Standing, typesOf } from './schemas.ts';

const sayOtherwise = ['$ref', 'enum', 'const', 'allOf', 'anyOf', 'oneOf'];

/** Every string has maxLength, an enum or a const, even if it has a pattern or format, unless it is a sequence of items. Every array has maxItems. Every number has minimum and maximum. */
export function* bounded(contract: Contract): Generator<Problem> {
  for (const { schema, at, isCondition } of everySchema(contract)) {
    if (isSequence(at)) continue;
    for (const missing of missingBounds(schema)) yield { at, message: `The schema has no bound. Add ${missing}.` };
    if (!isCondition && schema.type === undefined && !has(schema, sayOtherwise))
      yield { at, message: 'A schema without a type allows any value. Add a type.' };
  }
}

/** The text of a sequence of items has no limit, because it is written item by item. */
const isSequence = (at: Place): boolean =>
  at.at(-1) === 'schema' && at.at(-3) === 'content' && String(at.at(-2)) in formats;

function missingBounds(schema: Schema): string[] {
  if (has(schema, ['enum', 'const'])) return [];
  const needs = (isNeeded: boolean, ...anyOf: string[]): string[] =>
    isNeeded && !has(schema, anyOf) ? [anyOf.join(' or ')] : [];
  const types = typesOf(schema);
  const isNumber = types.includes('integer') || types.includes('number');
  return [
    ...needs(types.includes('string'), 'maxLength'),
    ...needs(types.includes('array'), 'maxItems'),
    ...needs(isNumber, 'minimum'),
    ...needs(isNumber, 'maximum'),
  ];
}

const has = (schema: Schema, keywords: string[]): boolean => keywords.some((keyword) => schema[keyword] !== undefined);

/** Every integer has the format int32, or int64 if its bounds exceed int32. Generators for Go, Java and C# choose the type by the format. */
export function* integerFormats(contract: Contract): Generator<Problem> {
  for (const { schema, at } of everySchema(contract)) {
    if (!typesOf(schema).includes('integer') || !has(schema, ['minimum']) || !has(schema, ['maximum'])) continue;
    const isSmall = Number(schema.minimum) >= -(2 ** 31) && Number(schema.maximum) < 2 ** 31;
    const format = isSmall ? 'int32' : 'int64';
    if (schema.format !== format) yield { at, message: `An integer with these bounds must have the format ${format}.` };
  }
}

/** The pattern or format of a string in a request excludes NUL. The server rejects NUL because PostgreSQL cannot store it. */
export function* storableText(contract: Contract): Generator<Problem> {
  for (const { schema, at, isCondition } of [...reached(contract, 'request'), ...parameterSchemas(contract)]) {
    if (isCondition || !typesOf(schema).includes('string') || has(schema, ['enum', 'const', 'format'])) continue;
    const pattern = new RegExp(String(schema.pattern ?? ''), 'u');
    const samples = ['', ...((schema.examples ?? []) as string[])];
    if (samples.some((one) => [`${one}\0`, `\0${one}`, `${one}\0${one}`].some((text) => pattern.test(text))))
      yield { at, message: 'The pattern allows the character NUL. Exclude it.' };
  }
}

/** Headers are left out because they cannot contain NUL (RFC 9110, section 5.5). */
function* parameterSchemas(contract: Contract): Generator<Standing> {
  for (const { operation, item, at } of operationsAt(contract))
    for (const { in: place, schema } of parametersOf(contract, item, operation))
      if (place !== 'header') yield { schema: resolve(contract, schema), at, isCondition: false };
}
