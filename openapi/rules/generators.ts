// Rules that client generators for Go, Java, Python and TypeScript require. `npm run clients` builds and calls the clients.
import { type Contract, type PathItem, resolve, type Schema } from '../../src/contract/document.ts';
import { operationsAt } from './bodies.ts';
import type { Place, Problem } from './rule.ts';
import { everySchema, typesOf } from './schemas.ts';

/** Names of types in openapi-generator. A schema with the same name replaces the type in every client. */
const generatorTypes =
  /^(Any|AnyType|Array|BigDecimal|Binary|Boolean|Byte|ByteArray|Char|Date|DateTime|Decimal|Double|File|Float|Int|Integer|List|Long|Map|Number|Object|Set|Short|String|Time|URI|UUID)$/;

/** No schema has the name of a generator type or starts with `New`, because generated Go code has a constructor `NewTicket` for `Ticket`. */
export function* schemaNames(contract: Contract): Generator<Problem> {
  for (const name of Object.keys(contract.components.schemas)) {
    const at = ['components', 'schemas', name];
    if (/^New[A-Z]/.test(name))
      yield { at, message: `${name} must not begin with New: Go has a constructor of this name.` };
    if (generatorTypes.test(name))
      yield { at, message: `${name} is the name of a type of client generators. Rename it.` };
  }
}

/**
 * A boolean has no `const` and no `enum`. In Python they become an enum with a member named 'true', and the Java client does
 * not compile. `x-always` states the value of a boolean that has only one.
 */
export function* booleanConstants(contract: Contract): Generator<Problem> {
  for (const { schema, at } of everySchema(contract)) {
    const values = [schema.const, ...((schema.enum as unknown[] | undefined) ?? [])];
    if (typesOf(schema).includes('boolean') && values.some((one) => one !== undefined))
      yield { at, message: 'A boolean must not have const or enum. Use x-always for its only value.' };
    if ('x-always' in schema && (schema.type !== 'boolean' || typeof schema['x-always'] !== 'boolean'))
      yield { at: [...at, 'x-always'], message: 'x-always must be true or false, on a boolean.' };
  }
}

/** The names of schemas, parameters and operations differ by more than case and punctuation, because each becomes a type or a function. */
export function* uniqueNames(contract: Contract): Generator<Problem> {
  const { schemas, parameters = {} } = contract.components;
  const named: [name: string, at: Place][] = [
    ...Object.keys(schemas).map((name): [string, Place] => [name, ['components', 'schemas', name]]),
    ...Object.keys(parameters).map((name): [string, Place] => [name, ['components', 'parameters', name]]),
    ...[...operationsAt(contract)].map(({ operation, at }): [string, Place] => [operation.operationId ?? '', at]),
    ...webhooksOf(contract).map(({ operationId, at }): [string, Place] => [operationId ?? '', at]),
  ];
  const seen = new Map<string, string>();
  for (const [name, at] of named) {
    const key = name.replaceAll(/[^0-9A-Za-z]/g, '').toLowerCase();
    if (seen.has(key))
      yield { at, message: `${name} must differ from ${seen.get(key)} by more than case and punctuation.` };
    else seen.set(key, name);
  }
}

/** A webhook has exactly one tag. The root declares it, and no operation of a path has it. */
export function* webhookTags(contract: Contract): Generator<Problem> {
  const { tags: declared = [] } = contract as { tags?: { name: string }[] };
  const ofPaths = new Set([...operationsAt(contract)].flatMap(({ operation }) => operation.tags ?? []));
  for (const { tags, at } of webhooksOf(contract)) {
    const [tag = '', ...more] = tags ?? [];
    if (more.length > 0 || !declared.some(({ name }) => name === tag))
      yield { at, message: 'A webhook must have exactly one tag, which the root declares.' };
    else if (ofPaths.has(tag)) yield { at, message: `A webhook must not share the tag ${tag} with operations.` };
  }
}

/** A string with several forms is one schema with one pattern. A union becomes a class that clients cannot put into a URL. */
export function* stringUnions(contract: Contract): Generator<Problem> {
  for (const { schema, at } of everySchema(contract)) {
    const union = ((schema.anyOf ?? schema.oneOf) as Schema[] | undefined)?.map((one) => resolve(contract, one));
    if (union?.every(isText)) yield { at, message: 'A string with several forms must be one pattern, not a union.' };
  }
}

const isText = (schema: Schema): boolean =>
  schema.type !== undefined && typesOf(schema).every((type) => type === 'string' || type === 'null');

type Webhook = { operationId?: string; tags?: string[]; at: Place };

const webhooksOf = ({ webhooks = {} }: Contract): Webhook[] =>
  Object.entries<PathItem>(webhooks).flatMap(([name, { post }]) =>
    post ? [{ operationId: post.operationId, tags: post.tags, at: ['webhooks', name, 'post'] }] : [],
  );
