// The marks that the mock follows: how a list is filtered, which times a write sets, what a field of a request does to others.
import {
  type Contract,
  dataOf,
  operationsOf,
  parametersOf,
  resolve,
  type Schema,
} from '../../src/contract/document.ts';
import type { Problem } from './rule.ts';
import { everySchema } from './schemas.ts';

const places = ['page', 'pageSize', 'cursor', 'after']; // where in a list, and not which rows
const isStringList = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');

/** A query parameter of a list is named like a field of its rows, or names fields with `x-filters` or `x-searches`. */
export function* listFilters(contract: Contract): Generator<Problem> {
  for (const { path, method, item, operation } of operationsOf(contract)) {
    const items = method === 'get' ? dataOf(contract, operation)?.schema.items : undefined;
    if (!items) continue;
    const row = resolve(contract, items);
    for (const parameter of parametersOf(contract, item, operation)) {
      if (parameter.in !== 'query' || places.includes(parameter.name)) continue;
      const { 'x-filters': filtered, 'x-searches': searched } = parameter;
      const at = ['paths', path, method];
      const fields = searched ?? filtered ?? [parameter.name];
      if (!isStringList(fields) || (searched && filtered))
        yield { at, message: `${parameter.name} names fields with x-filters or x-searches, as a list.` };
      else
        for (const field of fields.filter((one) => !hasField(contract, row, one.split('.'))))
          yield { at, message: `${parameter.name} filters by ${field}, which the rows do not have.` };
    }
  }
}

function hasField(contract: Contract, row: Schema, [name = '', ...rest]: string[]): boolean {
  const property = row.properties?.[name];
  if (!property) return false;
  return rest.length === 0 || hasField(contract, resolve(contract, property), rest);
}

/** `x-clock` is `create`, `write`, or fields of the same object with the values that set the time. */
export function* clocks(contract: Contract): Generator<Problem> {
  for (const { schema, at } of everySchema(contract))
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const clock: unknown = property['x-clock'];
      if (clock === undefined || clock === 'create' || clock === 'write') continue;
      const here = [...at, 'properties', name, 'x-clock'];
      if (typeof clock !== 'object' || clock === null) {
        yield { at: here, message: `${clock} is neither create, write nor fields with values.` };
        continue;
      }
      for (const [field, values] of Object.entries(clock)) {
        const allowed = enumOf(contract, schema, field);
        if (!isStringList(values) || !(values as string[]).every((value) => allowed.includes(value)))
          yield { at: here, message: `${field} has no such values.` };
      }
      if (![property.type].flat().includes('null'))
        yield { at: here, message: `${name} must allow null, for other values.` };
    }
}

const enumOf = (contract: Contract, { properties = {} }: Schema, name: string): unknown[] => {
  const property = properties[name];
  return property ? ((resolve(contract, property).enum as unknown[] | undefined) ?? []) : [];
};

/** `x-sets` gives, for each value of a request's field, the fields of the response that it sets and their values. */
export function* effects(contract: Contract): Generator<Problem> {
  for (const { path, method, operation } of operationsOf(contract)) {
    const request = operation.requestBody?.content['application/json']?.schema;
    const data = dataOf(contract, operation)?.schema;
    for (const [name, property] of Object.entries((request && resolve(contract, request).properties) ?? {}))
      for (const set of Object.values(property['x-sets'] ?? {}))
        for (const [field, value] of Object.entries(set))
          if (!data || !enumOf(contract, data, field).includes(value))
            yield { at: ['paths', path, method], message: `${name} sets ${field} to a value that it cannot have.` };
  }
}
