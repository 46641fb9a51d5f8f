// The mock returns the examples, and people copy them. Redocly's own check does not find fields that the schema lacks.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { LRUCache } from 'lru-cache';
import { type Contract, type Example, resolve, type Schema } from '../../src/contract/document.ts';
import { createValidators } from '../../src/contract/validators.ts';
import { bodiesOf, placeOf } from './bodies.ts';
import { nodesOf } from './nodes.ts';
import type { Place, Problem } from './rule.ts';
import { everySchema } from './schemas.ts';

/** Every request and response body has a named example with a summary. */
export function* namedExamples(contract: Contract): Generator<Problem> {
  for (const { media, at } of bodiesOf(contract)) {
    const examples = Object.entries(media.examples ?? {});
    if (examples.length === 0) yield { at, message: 'A body must have a named example in examples.' };
    for (const [name, example] of examples)
      if (!resolve<Example>(contract, example).summary)
        yield { at: [...at, 'examples', name], message: `The example ${name} has no summary.` };
  }
}

/** Every example and default is valid against its schema and has no field that the schema lacks. */
export function* validExamples(contract: Contract): Generator<Problem> {
  const validate = validator(contract);
  for (const { schema, value, at } of samples(contract)) {
    const fault = validate(schema, value);
    if (fault) yield { at, message: `The example does not match its schema: ${fault}.` };
  }
}

type Sample = { schema: Schema; value: unknown; at: Place };

function* samples(contract: Contract): Generator<Sample> {
  for (const { fields, at, isDirectory } of nodesOf(contract)) {
    const schema = fields.schema as Schema | undefined;
    if (isDirectory || typeof schema !== 'object') continue;
    if ('example' in fields) yield { schema, value: fields.example, at: [...at, 'example'] };
    for (const [name, example] of Object.entries((fields.examples ?? {}) as Record<string, Example>)) {
      const here = [...at, 'examples', name];
      yield { schema, value: resolve(contract, example).value, at: placeOf(example, here) };
    }
  }
  for (const { media, at } of bodiesOf(contract))
    for (const [index, value] of (media['x-items'] ?? []).entries())
      yield { schema: media['x-item'] as Schema, value, at: [...at, 'x-items', index] };
  for (const { schema, at } of everySchema(contract)) {
    if ('default' in schema) yield { schema, value: schema.default, at: [...at, 'default'] };
    for (const [index, value] of Object.entries((schema.examples ?? []) as unknown[]))
      yield { schema, value, at: [...at, 'examples', Number(index)] };
  }
}

type Compile = (text: string) => ValidateFunction;
/** Contracts with the same schemas share a compiler, because compiling takes most of the time. */
const compilers = new LRUCache<string, Compile>({ max: 3 });

function compilerOf(contract: Contract): Compile {
  const { schemas } = contract.components;
  const text = JSON.stringify(schemas);
  const known = compilers.get(text);
  if (known) return known;
  const validatorOf = createValidators(closed(schemas) as object, { inlineRefs: false }); // a third of the time
  const compiled = new Map<string, ValidateFunction>();
  const compile: Compile = (schema) => {
    const check = compiled.get(schema) ?? validatorOf(JSON.parse(schema));
    compiled.set(schema, check);
    return check;
  };
  compilers.set(text, compile);
  return compile;
}

/** Returns the error in a value. Each schema is compiled once, with its objects closed. */
function validator(contract: Contract): (schema: Schema, value: unknown) => string | undefined {
  const compile = compilerOf(contract);
  const names = new Map(Object.entries(contract.components.schemas).map(([name, schema]) => [schema, name]));
  return (schema, value) => {
    const name = names.get(schema);
    try {
      const check = compile(JSON.stringify(name ? { $ref: `#/components/schemas/${name}` } : closed(schema)));
      return check(value) ? undefined : errorsText(check);
    } catch (error) {
      return (error as Error).message; // the schema itself is invalid, which another rule may report
    }
  };
}

const errorsText = ({ errors }: ValidateFunction): string => new Ajv2020().errorsText(errors, { dataVar: 'it' });

/** A copy in which an object allows only the properties that it names. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  return copy.type === 'object' && copy.properties && copy.additionalProperties === undefined
    ? { ...copy, additionalProperties: false }
    : copy;
}
