// Checks the parts of a success that the guard does not see: the headers that a handler sets, and the items of a stream.
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { closed } from '../contract/closed.ts';
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
import { later } from '../contract/later.ts';
import { createValidators } from '../contract/validators.ts';
import type { Operation } from './router.ts';

/** Each function throws an Error that names the operation and what is wrong with its response. */
export type SchemaChecks = {
  headers(operation: Operation, status: number, headers: Record<string, string>): void;
  /** An item must not have fields that the contract lacks. */
  item(operation: Operation, item: unknown): void;
};

/** @param loadContract is called on first use */
export function createSchemaChecks(loadContract: () => Contract): SchemaChecks {
  const checks = later(() => checksOf(loadContract()));
  return {
    headers: (...given) => checks().headers(...given),
    item: (...given) => checks().item(...given),
  };
}

function checksOf(contract: Contract): SchemaChecks {
  const headers = new Map<string, Schema>();
  const items = new Map<string, Schema>();
  for (const { operation } of operationsOf(contract)) {
    const { operationId } = operation;
    for (const { media } of bodiesOfSuccess(contract, operation))
      if (media['x-item']) items.set(operationId, closed(media['x-item']) as Schema);
    for (const { status, response } of successesOf(contract, operation))
      for (const [name, header] of Object.entries<Ref<Header>>(response.headers ?? {}))
        headers.set(`${operationId} ${status} ${name}`, resolve(contract, header).schema);
  }
  const validatorOf = createValidators(closed(contract.components.schemas) as object);

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
      refuse(validatorOf(items.get(operationId) ?? nothing), item, `an item of ${operationId}`);
    },
  };
}

const nothing: Schema = { not: {} };

const isNumeric = (contract: Contract, schema: Schema): boolean =>
  [resolve(contract, schema).type].flat().some((type) => type === 'integer' || type === 'number');

function refuse(validate: ValidateFunction, value: unknown, what: string): void {
  if (validate(value)) return;
  const [error] = validate.errors ?? [];
  throw new Error(`${what}${error?.instancePath ?? ''} ${error?.message}`); // without the value, which may be secret
}
