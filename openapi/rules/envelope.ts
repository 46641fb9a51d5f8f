// All success responses have one format, and all error responses have another.
import { type Contract, resolve, type Schema } from '../../src/contract/document.ts';
import { type Body, bodiesOf, operationsAt, responsesOf } from './bodies.ts';
import type { Problem } from './rule.ts';

/** The operations whose source document defines another format. */
const withoutEnvelope = ['listKeys', 'revokeKey', 'getMe', 'reportLeakedKeys'];
const references = {
  success: '#/components/schemas/Success',
  meta: '#/components/schemas/Meta',
  pagination: '#/components/schemas/Pagination',
};
const json = 'application/json';

/**
 * A JSON response with 2xx is `{success, data, meta}`, with `pagination` if and only if `data` is an array. `withoutEnvelope` lists the
 * exceptions. A 200, 201 or 202 has a body; a 204 and a redirect have none.
 */
export function* successEnvelope(contract: Contract): Generator<Problem> {
  for (const { operation, at } of operationsAt(contract))
    if ('x-envelope' in operation && !isException(operation))
      yield {
        at: [...at, 'x-envelope'],
        message: `${operation.operationId} is not on the list of operations without an envelope.`,
      };
  for (const { owner, status, response, at } of responsesOf(contract))
    if (
      /^[23]/.test(status) &&
      ['200', '201', '202'].includes(status) !== Object.keys(response.content ?? {}).length > 0
    )
      yield {
        at,
        message: `A ${status} of ${owner.operation.operationId} must have a body if and only if it is 200, 201 or 202.`,
      };
  for (const { owner, status, mediaType, media, at } of bodiesOf(contract))
    if (status.startsWith('2') && mediaType === json && !isException(owner.operation))
      for (const message of faultsOf(contract, resolve(contract, media.schema))) yield { at, message };
}

/** Every 4xx and 5xx response is the schema Error, as JSON only. */
export function* errorEnvelope(contract: Contract): Generator<Problem> {
  for (const { status, response, at } of responsesOf(contract))
    if (isFailure(status) && Object.keys(response.content ?? {}).join() !== json)
      yield { at, message: `An error response must have a body of type ${json} only.` };
  for (const { status, media, at } of bodiesOf(contract))
    if (isFailure(status) && media.schema.$ref !== '#/components/schemas/Error')
      yield { at, message: 'The body of an error response must be #/components/schemas/Error.' };
}

const isFailure = (status: string): boolean => !/^[123]/.test(status) && status !== '';
const isException = (operation: Body['owner']['operation']): boolean =>
  (operation as { 'x-envelope'?: string })['x-envelope'] === 'none' && withoutEnvelope.includes(operation.operationId);

function* faultsOf(contract: Contract, { required, properties = {} }: Schema): Generator<string> {
  const isList = resolve(contract, properties.data ?? {}).type === 'array';
  const wanted = ['data', 'meta', ...(isList ? ['pagination'] : []), 'success'].join(', ');
  if (Object.keys(properties).sort().join(', ') !== wanted) yield `The envelope must have exactly ${wanted}.`;
  if ([...((required as string[]) ?? [])].sort().join(', ') !== wanted)
    yield `The envelope must require exactly ${wanted}.`;
  for (const [name, $ref] of Object.entries(references))
    if (properties[name] && properties[name].$ref !== $ref) yield `${name} must be ${$ref}.`;
}
