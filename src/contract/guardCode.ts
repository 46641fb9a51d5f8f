// Prints the validators with which the guard checks requests and responses. ajv compiles them to code here, so that a server compiles
// nothing when it starts.
import { _, type Options } from 'ajv';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { closed } from './closed.ts';
import {
  type Contract,
  type Operation,
  operationsOf,
  type Parameter,
  parametersOf,
  type Schema,
  schemasWithin,
  successesOf,
} from './document.ts';
import { addExactChecks } from './exactChecks.ts';
import { wireParameters } from './queries.ts';
import { rooted } from './validators.ts';

/** Sets `errors` when it returns false. */
export type Validator = ((value: unknown) => boolean) & { errors?: ErrorObject[] | null };
/**
 * - `parameters`, by operation: converts the texts in `{path, query, header}` to their types and adds defaults
 * - `bodies`, by operation and media type: adds defaults
 * - `responses`, by operation and status, and `error`: changes nothing
 */
export type Validators = Record<'parameters' | 'bodies' | 'responses', Record<string, Validator>>;
type Schemas = [name: string, schema: Schema][];
type Entry = { operation: Operation; parameters: Parameter[] };

const json = 'application/json';

/**
 * Returns a function that prints the validators of one tag: a CommonJS module that exports `Validators`.
 * @param formats the module `exactFormats.ts`, relative to the file
 */
export function createGuardCode(published: Contract, formats: string): (tag: string) => string {
  const contract = withoutTexts(closed(published));
  return (tag) => guardCode(contract, tag, formats);
}

function guardCode(contract: Contract, tag: string, formats: string): string {
  const entries = [...operationsOf(contract)]
    .filter(({ operation }) => operation.tags[0] === tag)
    .map(({ item, operation }) => ({
      operation,
      parameters: wireParameters(contract, parametersOf(contract, item, operation)),
    }));
  const print = (kind: keyof Validators, schemas: Schemas, options: Options): string => {
    const code = { source: true, formats: _`require(${formats}).exactFormats` };
    const ajv = new Ajv2020({ strict: false, validateSchema: false, messages: false, ...options, code });
    addExactChecks(ajv);
    ajv.addSchema({ components: contract.components }, 'contract');
    const names = schemas.map(([name, schema], i) => {
      ajv.addSchema(rooted(schema), `schema${i}`);
      return [name, `schema${i}`];
    });
    return `exports.${kind} = ((exports) => {${standalone.default(ajv, Object.fromEntries(names))}\nreturn exports;})({});\n`;
  };
  return [
    print('parameters', entries.map(ofParameters), { coerceTypes: 'array', useDefaults: true }),
    print('bodies', entries.flatMap(ofBodies), { useDefaults: true }),
    print('responses', [...entries.flatMap((one) => ofResponses(contract, one)), error], {}),
  ].join('');
}

function ofParameters({ operation, parameters }: Entry): Schemas[number] {
  const places = Object.fromEntries(
    (['path', 'query', 'header'] as const).map((place) => [
      place,
      ofPlace(parameters.filter((one) => one.in === place)),
    ]),
  );
  return [operation.operationId, { type: 'object', properties: places }];
}

/** Node has the names of headers in lower case. */
function ofPlace(parameters: Parameter[]): Schema {
  const nameOf = ({ in: place, name }: Parameter) => (place === 'header' ? name.toLowerCase() : name);
  return {
    properties: Object.fromEntries(parameters.map((one) => [nameOf(one), one.schema])),
    required: parameters.filter(({ required }) => required).map(nameOf),
  };
}

const ofBodies = ({ operation: { operationId, requestBody } }: Entry): Schemas =>
  Object.entries(requestBody?.content ?? {}).map(([mediaType, { schema }]) => [`${operationId} ${mediaType}`, schema]);

const ofResponses = (contract: Contract, { operation }: Entry): Schemas =>
  successesOf(contract, operation).flatMap(({ status, response }) => {
    const schema = response.content?.[json]?.schema;
    return schema ? [[`${operation.operationId} ${status}`, schema] as Schemas[number]] : [];
  });

const error: Schemas[number] = ['error', { $ref: '#/components/schemas/Error' }];

/** Deletes what ajv would print into the code although no check needs it. */
function withoutTexts(contract: Contract): Contract {
  for (const schema of schemasWithin(contract, contract as unknown as Schema))
    for (const keyword of Object.keys(schema))
      if (/^(description|title|examples?|x-.*)$/.test(keyword)) delete schema[keyword];
  return contract;
}
