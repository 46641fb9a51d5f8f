// The requests that the contract allows, according to the separate ajv of the tests.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { contract } from '../support/judge.ts';

const ajv = new Ajv2020({ strict: false, unicodeRegExp: true });
const compiled = new Map<string, ValidateFunction>();

/** Whether a schema without references accepts this value. */
export function schemaAdmits(schema: 'IpRange' | 'ReferrerPattern', value: string): boolean {
  const validate = compiled.get(schema) ?? ajv.compile(contract.components.schemas[schema]);
  compiled.set(schema, validate);
  return validate(value);
}
