// Hides secret fields from publishable keys: applies the contract's marks (src/contract/views.ts) to every success.
import { type Contract, operationsOf, resolve, type Schema } from '../contract/document.ts';
import { later } from '../contract/later.ts';
import { cutBy, Hidden, viewsOfSuccess } from '../contract/views.ts';
import { Problem } from './problem.ts';
import type { Operation } from './router.ts';

/**
 * Removes what only secret keys may see from a success.
 * @throws 404 `resource_missing` if the whole success or a required field of it is hidden
 * @throws Error for a status or media type that the contract does not declare
 */
export type Audience = (operation: Operation, status: number, content: object, mediaType?: string) => object;

/** @param loadContract is called on first use */
export function createAudience(loadContract: () => Contract): Audience {
  const views = later(() => {
    const contract = loadContract();
    return new Map(
      [...operationsOf(contract)].map(({ operation }) => [
        operation.operationId as string,
        viewsOfSuccess(contract, operation),
      ]),
    );
  });
  return ({ operationId }, status, content, mediaType = 'application/json') => {
    const ofOperation = views().get(operationId);
    const key = `${status} ${mediaType}`;
    if (!ofOperation?.has(key)) throw new Error(`${operationId} has no response ${key}`);
    const view = ofOperation.get(key);
    try {
      if (view?.hides(content)) throw new Hidden();
      return cutBy(view, content) as object; // the result for an object is an object
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
