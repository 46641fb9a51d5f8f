// Constructs that a request must not use, because the guard and the contract would interpret them differently.
import { type Contract, parametersOf, resolve } from '../../src/contract/document.ts';
import { readable } from '../../src/contract/forms.ts';
import { anyText } from '../../src/contract/keywords.ts';
import { bodiesOf, operationsAt } from './bodies.ts';
import type { Problem } from './rule.ts';
import { everySchema, parts, reached, type Standing, target, typesOf } from './schemas.ts';

/** A parameter is in the path, the query or a header. The API does not read cookies. */
export function* noCookies(contract: Contract): Generator<Problem> {
  for (const { operation, item, at } of operationsAt(contract))
    for (const { name, in: place } of parametersOf(contract, item, operation))
      if ((place as string) === 'cookie')
        yield { at, message: `${name} is a cookie, and the API does not read cookies.` };
}

/** The front can read every media type of a request body. */
export function* readableBodies(contract: Contract): Generator<Problem> {
  for (const { direction, mediaType, at } of bodiesOf(contract))
    if (direction === 'request' && !readable.includes(mediaType))
      yield { at, message: `The front cannot read ${mediaType}. It reads ${readable.join(', ')}.` };
}

/** `multipleOf` is a whole number. With fractions, rounding errors make 19.99 no multiple of 0.01. */
export function* wholeMultiples(contract: Contract): Generator<Problem> {
  for (const { schema, at } of everySchema(contract))
    if (schema.multipleOf !== undefined && !Number.isInteger(schema.multipleOf))
      yield { at: [...at, 'multipleOf'], message: `multipleOf must be a whole number, not ${schema.multipleOf}.` };
}

/** A date-time in a request has the pattern of TimestampInput, which excludes times that cannot be stored. */
export function* requestTimes(contract: Contract): Generator<Problem> {
  const wanted = contract.components.schemas.TimestampInput?.pattern;
  for (const { schema, at } of ofRequests(contract))
    if (schema.format === 'date-time' && schema.pattern !== wanted)
      yield { at, message: 'A date-time in a request must have the pattern of the schema TimestampInput.' };
}

/**
 * A pattern in a request has words in `x-must-be` or a short example, because errors do not show regular expressions. The
 * pattern for any text is exempt.
 */
export function* toldPatterns(contract: Contract): Generator<Problem> {
  for (const { schema, at, isCondition } of ofRequests(contract)) {
    const examples = ((schema.examples ?? []) as unknown[]).filter((one) => String(one).length <= exampleLengthMax);
    const isTold = schema['x-must-be'] !== undefined || examples.length > 0;
    const needsWords = schema.pattern !== undefined && schema.pattern !== anyText && typesOf(schema).includes('string');
    if (!isCondition && needsWords && !isTold)
      yield { at, message: `A pattern needs x-must-be, or an example of at most ${exampleLengthMax} characters.` };
    if (schema.patternProperties && schema['x-keys'] === undefined)
      yield { at, message: 'A map with patternProperties needs x-keys.' };
  }
}

/** The maximum number of characters of an example that an error shows. */
const exampleLengthMax = 60;

/** The schemas of parameters and request bodies, references followed. */
function* ofRequests(contract: Contract): Generator<Standing> {
  yield* reached(contract, 'request');
  for (const { operation, item, at } of operationsAt(contract))
    for (const { schema } of parametersOf(contract, item, operation))
      yield* below({ schema: resolve(contract, schema), at: [...at, 'parameters'], isCondition: false });

  function* below(standing: Standing): Generator<Standing> {
    yield standing;
    for (const next of [...parts(standing), ...target(contract, standing)]) yield* below(next);
  }
}
