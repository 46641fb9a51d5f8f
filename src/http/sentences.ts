// Turns a fault in a request into an error of the registry: its code, its `param`, and a message that states what is expected.
import type { Schema } from '../contract/document.ts';
import { anyText } from '../contract/keywords.ts';
import { type ErrorCode, Problem } from './problem.ts';
import { counted, nameLengthMax, phraseOf, type Resolve, shortened } from './words.ts';

/** A value that violates a keyword of its schema. */
export type Fault = {
  keyword: string;
  /** The path to the value: property names and array indexes. Empty for the body itself. */
  path: string[];
  /** The schema that contains the keyword. */
  schema: Schema;
  /** The value of the keyword. */
  expected: unknown;
  value: unknown;
  /** The `params` of the validator's error. */
  params: Record<string, unknown>;
  /** A field that excludes this value, by `dependentSchemas`. */
  because?: string | undefined;
};
/** The parts of an error. `about` is the path that it names, if that is not the value itself. */
type Told = { code?: ErrorCode; about?: string[]; sentence: (name: string, resolve: Resolve) => string };
type Teller = (fault: Fault) => Told;

/** The quoted path with which a sentence begins. */
const named = (path: string[]): string =>
  path.length > 0 ? `'${shortened(path.join('.'), nameLengthMax)}'` : 'The request body';

const mustBe: Teller = ({ schema }) => ({
  sentence: (name, resolve) => `${name} must be ${phraseOf(schema, resolve)}.`,
});
const mustHave =
  (bound: 'at least' | 'at most', noun: string): Teller =>
  ({ expected }) => ({ sentence: (name) => `${name} must have ${bound} ${counted(expected, noun)}.` });
const missing = (path: string[], name: unknown): Told => ({
  code: 'parameter_missing',
  about: [...path, String(name)],
  sentence: (field) => `${field} is required.`,
});
const unknown = (path: string[], name: unknown): Told => ({
  code: 'parameter_unknown',
  about: [...path, String(name)],
  sentence: (field) => `${field} is not a known field.`,
});
const together = (path: string[], first: string, second: string): Told => ({
  about: [...path, second],
  sentence: (field) => `${field} cannot be sent together with ${named([...path, first])}.`,
});

/** Whether the form of a string says more than its length, as for IDs and times. */
const hasForm = ({ format, pattern, minLength, maxLength }: Schema): boolean =>
  format !== undefined || minLength === maxLength || (pattern !== undefined && pattern !== anyText);

/** The keywords whose message is not `must be ...`. */
const tellers: Record<string, Teller> = {
  required: ({ path, params }) => missing(path, params.missingProperty),
  dependentRequired: ({ path, params }) => ({
    ...missing(path, params.missingProperty),
    sentence: (field) => `${field} is required when ${named([...path, String(params.property)])} is sent.`,
  }),
  additionalProperties: ({ path, params, schema }) =>
    schema.patternProperties
      ? unfitKey(path, params.additionalProperty, schema)
      : unknown(path, params.additionalProperty),
  unevaluatedProperties: ({ path, params }) => unknown(path, params.unevaluatedProperty),
  propertyNames: ({ path, params, schema }) => unfitKey(path, params.propertyName, schema),
  'false schema': ({ path, because }) =>
    because === undefined
      ? { sentence: (field) => `${field} cannot be sent here.` }
      : together(path.slice(0, -1), because, path.at(-1) as string),
  not: ({ path, expected }) => {
    const [first, second] = ((expected as Schema).required ?? []) as string[];
    return first !== undefined && second !== undefined
      ? together(path, first, second)
      : { sentence: (field) => `${field} has a value that is not allowed here.` };
  },
  minLength: (fault) => {
    if (fault.schema['x-must-be'] || hasForm(fault.schema)) return mustBe(fault);
    if (fault.value === '') return { sentence: (field) => `${field} must not be empty.` };
    return mustHave('at least', 'character')(fault);
  },
  maxLength: (fault) => {
    const { format, 'x-must-be': form } = fault.schema;
    const isFree = form !== undefined && format === undefined; // text of a certain form, but of any length up to the limit
    return hasForm(fault.schema) && !isFree ? mustBe(fault) : mustHave('at most', 'character')(fault);
  },
  minItems: mustHave('at least', 'item'),
  maxItems: mustHave('at most', 'item'),
  minProperties: mustHave('at least', 'field'),
  maxProperties: mustHave('at most', 'field'),
  uniqueItems: () => ({ sentence: (field) => `${field} must not contain the same item twice.` }),
  contains: ({ expected }) => ({
    sentence: (field, resolve) => `${field} must contain an item that is ${phraseOf(expected as Schema, resolve)}.`,
  }),
  repeated: () => ({ sentence: (field) => `${field} can be given only once.` }),
  ambiguous: () => ({ sentence: (field) => `${field} fits more than one of the forms that are allowed here.` }),
  exclusive: ({ path, params }) => together(path, String(params.first), String(params.second)),
  alternatives: ({ path, params }) => ({
    ...missing(path, (params.names as string[])[0]),
    sentence: () => `${(params.names as string[]).map((name) => named([...path, name])).join(' or ')} is required.`,
  }),
  unknownParameter: () => ({ code: 'parameter_unknown', sentence: (field) => `${field} is not a known parameter.` }),
};

/** A key of a map that does not have the form that `x-keys` describes. */
function unfitKey(path: string[], name: unknown, schema: Schema): Told {
  const keys = schema['x-keys'];
  return {
    about: [...path, String(name)],
    sentence: (field) => `${field} is not a valid key${keys ? `: a key is ${keys}` : ''}.`,
  };
}

/** The error for a fault. */
export function problemOf(fault: Fault, resolve: Resolve): Problem {
  const { code = 'parameter_invalid', about = fault.path, sentence } = (tellers[fault.keyword] ?? mustBe)(fault);
  return new Problem(code, {
    param: about.length > 0 ? about.join('.') : 'body',
    message: sentence(named(about), resolve),
  });
}
