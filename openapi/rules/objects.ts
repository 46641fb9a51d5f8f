// Requests are closed, so that typing errors are rejected. Responses are open, so that fields can be added.
import type { Contract, Schema } from '../../src/contract/document.ts';
import type { Problem } from './rule.ts';
import { reached, typesOf } from './schemas.ts';

/** An object in a request has `additionalProperties: false`. A map has a schema instead. */
export function* closedRequests(contract: Contract): Generator<Problem> {
  for (const { schema, at, isCondition } of reached(contract, 'request'))
    if (!isCondition && isObject(schema) && schema.additionalProperties !== false && !isMap(schema))
      yield { at, message: 'An object in a request must have additionalProperties: false.' };
}

/** An object in a response declares its properties and omits `additionalProperties`, or is a map with a schema. */
export function* openResponses(contract: Contract): Generator<Problem> {
  for (const { schema, at } of reached(contract, 'response')) {
    if (!isObject(schema) || isMap(schema)) continue;
    if (schema.additionalProperties !== undefined)
      yield { at, message: 'An object in a response must not set additionalProperties to true or false.' };
    else if (!schema.properties) yield { at, message: 'An object in a response must declare its properties.' };
  }
}

const isObject = (schema: Schema): boolean => typesOf(schema).includes('object') || schema.properties !== undefined;
const isMap = ({ additionalProperties }: Schema): boolean =>
  typeof additionalProperties === 'object' && additionalProperties !== null;
