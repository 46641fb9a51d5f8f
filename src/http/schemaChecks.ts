// Checks the parts of a success that the guard does not see: the headers that a handler sets, and the items of a stream.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import {
  bodiesOfSuccess,
  type Contract,
  type Header,
  operationsOf,
  type Ref,
  resolve,
  type Schema,
  successesOf,
} from '../contract/document.ts';
import { closed } from './cut.ts';
import type { Operation } from './router.ts';

/** Each function throws an Error that names the operation and what is wrong with its response. */
export type SchemaChecks = {
  headers(operation: Operation, status: number, headers: Record<string, string>): void;
  /** An item must not have fields that the contract lacks. */
  item(operation: Operation, item: unknown): void;
};

export function createSchemaChecks(contract: Contract): SchemaChecks {
  const headers = new Map<string, Schema>();
  const items = new Map<string, Schema>();
  for (const { operation } of operationsOf(contract)) {
    const { operationId } = operation;
    for (const { media } of bodiesOfSuccess(contract, operation))
      if (media['x-item']) items.set(operationId, media['x-item']);
    for (const { status, response } of successesOf(contract, operation))
      for (const [name, header] of Object.entries<Ref<Header>>(response.headers ?? {}))
        headers.set(`${operationId} ${status} ${name}`, resolve(contract, header).schema);
  }
  const validatorOf = compiler(contract);

  return {
    headers({ operationId, successes }, status, given) {
      const declared = successes[status]?.headers ?? {};
      const where = `${operationId} ${status}`;
      for (const [name, isRequired] of Object.entries(declared))
        if (isRequired && given[name] === undefined) throw new Error(`${where} lacks the header ${name}`);
      for (const [name, value] of Object.entries(given)) {
        const schema = headers.get(`${where} ${name}`);
        if (!schema) throw new Error(`${where} does not declare the header ${name}`);
        refuse(validatorOf(schema), isNumeric(contract, schema) ? Number(value) : value, `${where} ${name}`);
      }
    },
    item({ operationId }, item) {
      refuse(validatorOf(items.get(operationId) ?? false), item, `an item of ${operationId}`);
    },
  };
}

/** Compiles a schema on its first use. */
function compiler(contract: Contract): (schema: Schema | false) => ValidateFunction {
  const compiled = new Map<Schema | false, ValidateFunction>();
  let ajv: Ajv2020 | undefined;
  const started = (): Ajv2020 => {
    const made = new Ajv2020({ strict: false, validateSchema: false });
    (formats as unknown as (ajv: Ajv2020) => void)(made); // its types describe the CommonJS export
    return made.addSchema(closed({ components: { schemas: contract.components.schemas } }), 'contract');
  };
  return (schema) => {
    ajv ??= started();
    const known = compiled.get(schema);
    if (known) return known;
    const rooted = JSON.parse(JSON.stringify(closed(schema)).replaceAll('"$ref":"#/', '"$ref":"contract#/'));
    const made = ajv.compile(rooted);
    compiled.set(schema, made);
    return made;
  };
}

const isNumeric = (contract: Contract, schema: Schema): boolean =>
  [resolve(contract, schema).type].flat().some((type) => type === 'integer' || type === 'number');

function refuse(validate: ValidateFunction, value: unknown, what: string): void {
  if (validate(value)) return;
  const [error] = validate.errors ?? [];
  throw new Error(`${what}${error?.instancePath ?? ''} ${error?.message}`); // without the value, which may be secret
}
