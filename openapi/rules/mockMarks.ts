// Rules for the marks that control the mock: list filters, the times that a write sets, and the effects of request fields.
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

const places = ['page', 'pageSize', 'cursor', 'after']; // they select a position in the list, not rows
const isStringList = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');

/** A query parameter of a list has the name of a field of its items, or names fields in `x-filters` or `x-searches`. */
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
        yield { at, message: `${parameter.name} must name fields in either x-filters or x-searches, as a list.` };
      else
        for (const field of fields.filter((one) => !hasField(contract, row, one.split('.'))))
          yield { at, message: `${parameter.name} filters by ${field}, which the items do not have.` };
    }
  }
}

function hasField(contract: Contract, row: Schema, [name = '', ...rest]: string[]): boolean {
  const property = row.properties?.[name];
  if (!property) return false;
  return rest.length === 0 || hasField(contract, resolve(contract, property), rest);
}

/** `x-clock` is `create`, `write`, or a map from fields of the same object to the values that set the time. */
export function* clocks(contract: Contract): Generator<Problem> {
  for (const { schema, at } of everySchema(contract))
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const clock: unknown = property['x-clock'];
      if (clock === undefined || clock === 'create' || clock === 'write') continue;
      const here = [...at, 'properties', name, 'x-clock'];
      if (typeof clock !== 'object' || clock === null) {
        yield { at: here, message: `${clock} must be create, write, or fields with values.` };
        continue;
      }
      for (const [field, values] of Object.entries(clock)) {
        const allowed = enumOf(contract, schema, field);
        if (!isStringList(values) || !(values as string[]).every((value) => allowed.includes(value)))
          yield { at: here, message: `The values must be a list of values of ${field}.` };
      }
      if (![property.type].flat().includes('null'))
        yield { at: here, message: `${name} must allow null, for all other values.` };
    }
}

const enumOf = (contract: Contract, { properties = {} }: Schema, name: string): unknown[] => {
  const property = properties[name];
  return property ? ((resolve(contract, property).enum as unknown[] | undefined) ?? []) : [];
};

/** `x-sets` maps each value of a request field to the response fields that it sets, with their values. */
export function* effects(contract: Contract): Generator<Problem> {
  for (const { path, method, operation } of operationsOf(contract)) {
    const request = operation.requestBody?.content['application/json']?.schema;
    const data = dataOf(contract, operation)?.schema;
    for (const [name, property] of Object.entries((request && resolve(contract, request).properties) ?? {}))
      for (const set of Object.values(property['x-sets'] ?? {}))
        for (const [field, value] of Object.entries(set))
          if (!data || !enumOf(contract, data, field).includes(value))
            yield {
              at: ['paths', path, method],
              message: `${name} sets ${field} to a value that ${field} does not allow.`,
            };
  }
}
