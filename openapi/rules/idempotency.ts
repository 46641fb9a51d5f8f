import { type Contract, parametersOf } from '../../src/contract/document.ts';
import { operationsAt } from './bodies.ts';
import type { Problem } from './rule.ts';

const keySchemes = ['secretKey', 'publishableKey'];

/** Every POST and PATCH that requires an API key and changes something accepts the header Idempotency-Key. No other operation does. */
export function* idempotencyKeys(contract: Contract): Generator<Problem> {
  for (const { operation, item, method, at } of operationsAt(contract)) {
    const isKeyed = (operation.security ?? []).some((one) => keySchemes.some((scheme) => scheme in one));
    const isWanted = isKeyed && ['post', 'patch'].includes(method) && !operation['x-reads'];
    const isTaken = parametersOf(contract, item, operation).some(
      (one) => one.in === 'header' && one.name.toLowerCase() === 'idempotency-key',
    );
    if (isWanted && !isTaken)
      yield { at: [...at, 'parameters'], message: `A ${method.toUpperCase()} must accept the header Idempotency-Key.` };
    if (isTaken && !isWanted)
      yield {
        at: [...at, 'parameters'],
        message: 'Only a POST or PATCH that requires an API key and changes something can accept Idempotency-Key.',
      };
  }
}
