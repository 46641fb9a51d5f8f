// Who may see what: the contract's marks (src/contract/views.ts), applied to every success in one place.
import {
  type Contract,
  type Operation as InContract,
  operationsOf,
  resolve,
  type Schema,
} from '../contract/document.ts';
import { cutBy, Hidden, viewsOfSuccess } from '../contract/views.ts';
import { Problem } from './problem.ts';
import type { Operation } from './router.ts';

/**
 * Takes out of a success what only secret keys may see.
 * @throws 404 `resource_missing` when that is all of it
 * @throws Error for a status or media type that the contract does not have
 */
export type Audience = (operation: Operation, status: number, content: object, mediaType?: string) => object;

/** @throws Error for a response whose secret fields cannot be found */
export function createAudience(contract: Contract, operations: readonly Operation[]): Audience {
  const declared = new Map(
    [...operationsOf(contract)].map(({ operation }) => [operation.operationId as string, operation]),
  );
  const views = new Map(
    operations.map(({ operationId }) => [
      operationId,
      viewsOfSuccess(contract, declared.get(operationId) as InContract),
    ]),
  );
  return ({ operationId }, status, content, mediaType = 'application/json') => {
    const ofOperation = views.get(operationId);
    const key = `${status} ${mediaType}`;
    if (!ofOperation?.has(key)) throw new Error(`${operationId} has no response ${key}`);
    const view = ofOperation.get(key);
    try {
      if (view?.hides(content)) throw new Hidden();
      return cutBy(view, content) as object; // of an object it makes an object
    } catch (error) {
      throw error instanceof Hidden ? new Problem('resource_missing') : error;
    }
  };
}

/** The schema of the JSON body of a success. */
export function successSchema(contract: Contract, operation: Operation, status = operation.successStatus): Schema {
  const { path, method } = operation;
  const response = contract.paths[path]?.[method.toLowerCase() as 'get']?.responses[status];
  const schema = response && resolve(contract, response).content?.['application/json']?.schema;
  if (!schema) throw new Error(`${method} ${path} has no JSON body for ${status}`);
  return schema;
}
