// Describes in plain words what a schema requires. No sentence contains a JSON Schema keyword or a regular expression.
import type { Schema } from '../contract/document.ts';
import { anyText } from '../contract/keywords.ts';
import { cutAt } from './problem.ts';

/** Follows a `$ref`. */
export type Resolve = (schema: Schema) => Schema;

/** How many characters of a name a sentence shows. */
export const nameLengthMax = 50;
const exampleLengthMax = 60;
const listLengthMax = 125;
const tailLength = 32;

const formats: Record<string, string> = {
  date: 'a date',
  'date-time': 'a date-time with a time zone',
  time: 'a time of day with a time zone',
  duration: 'an ISO 8601 duration',
  email: 'an email address',
  hostname: 'a host name',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  uri: 'a URL',
  uuid: 'a UUID',
};

/** Describes a valid value, as the end of "must be ...". */
export function phraseOf(schema: Schema, resolve: Resolve): string {
  const { $ref, enum: values, const: constant, anyOf, oneOf } = schema as Schema & { enum?: unknown[] };
  if ($ref) return phraseOf(resolve(schema), resolve);
  if (values) return oneOfValues(values);
  if (constant !== undefined) return wordOf(constant);
  const branches = (anyOf ?? oneOf) as Schema[] | undefined;
  const phrases = branches?.map((one) => phraseOf(one, resolve)) ?? typesOf(schema).map((type) => typed(schema, type));
  return phrases.length > 0 ? joined([...new Set(phrases)]) : 'another value';
}

export const typesOf = ({ type }: Schema): string[] => [type ?? []].flat();

/** `3 characters`, `1 character`. */
export const counted = (number: unknown, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** Shortens a name or value, which can have any length. */
export const shortened = (text: string, lengthMax: number): string =>
  text.length > lengthMax ? `${cutAt(text, lengthMax - 1)}…` : text;

function typed(schema: Schema, type: string): string {
  switch (type) {
    case 'integer':
      return `an integer${rangeOf(schema)}`;
    case 'number':
      return `a number${rangeOf(schema)}`;
    case 'string':
      return formOf(schema);
    case 'boolean':
      return 'true or false';
    case 'array':
    case 'object':
      return `an ${type}`;
    default:
      return type;
  }
}

function rangeOf(schema: Schema): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const range =
    minimum !== undefined && maximum !== undefined
      ? [`from ${minimum} to ${maximum}`]
      : [
          ...(minimum === undefined ? [] : [`of at least ${minimum}`]),
          ...(maximum === undefined ? [] : [`of at most ${maximum}`]),
        ];
  const parts = [
    ...range,
    ...(exclusiveMinimum === undefined ? [] : [`greater than ${exclusiveMinimum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`less than ${exclusiveMaximum}`]),
    ...(multipleOf === undefined ? [] : [`divisible by ${multipleOf}`]),
  ];
  return parts.length > 0 ? ` ${parts.join(' and ')}` : '';
}

/** Describes the form of a string by `x-must-be`, by its format, or else by examples. */
function formOf(schema: Schema): string {
  const { format } = schema;
  const pattern = schema.pattern === anyText ? undefined : schema.pattern;
  const examples = ((schema.examples ?? []) as unknown[])
    .filter((one): one is string => typeof one === 'string' && one.length <= exampleLengthMax)
    .slice(0, schema['x-must-be'] ? 1 : 2);
  const such = examples.length > 0 ? ` such as ${examples.join(' or ')}` : '';
  const named = schema['x-must-be'] ?? formats[String(format)];
  if (named) return `${named}${such && `,${such}`}`;
  return pattern === undefined && format === undefined
    ? 'a string'
    : `a string${such || ' in the form that the reference describes'}`;
}

/** `one of low, normal, high`, with null and the empty string last. */
function oneOfValues(values: unknown[]): string {
  const isPlain = (value: unknown): boolean => value !== null && value !== '';
  const plain = values.filter(isPlain).map(wordOf);
  const special = values.filter((value) => !isPlain(value)).map(wordOf);
  if (plain.length + special.length <= 2) return joined([...plain, ...special]);
  return joined([...(plain.length > 0 ? [`one of ${listed(plain)}`] : []), ...special]);
}

function listed(words: string[]): string {
  if (words.join(', ').length <= listLengthMax) return words.join(', ');
  let shown = words.length - 1;
  while (shown > 1 && words.slice(0, shown).join(', ').length > listLengthMax - tailLength) shown--;
  return `${words.slice(0, shown).join(', ')} and ${words.length - shown} more that the reference lists`;
}

const wordOf = (value: unknown): string => {
  if (value === '') return 'an empty string';
  return shortened(typeof value === 'string' ? value : JSON.stringify(value), exampleLengthMax);
};

/** `a or b`, `a, b or c`. Phrases that contain a comma are separated in another way. */
const joined = (phrases: string[]): string => {
  const last = phrases.at(-1) as string; // every schema allows something
  if (phrases.length === 1) return last;
  const before = phrases.slice(0, -1).join(', ');
  return `${before}${before.includes(',') && before.includes('such as') ? ',' : ''} or ${last}`;
};
