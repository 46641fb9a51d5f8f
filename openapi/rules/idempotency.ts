import { type Contract, parametersOf } from '../../src/contract/document.ts';
import { operationsAt } from './bodies.ts';
import type { Problem } from './rule.ts';

/** Every POST and PATCH that identifies its caller and changes something accepts the header Idempotency-Key. No other operation does, and no operation under `/auth/`. */
export function* idempotencyKeys(contract: Contract): Generator<Problem> {
  for (const { operation, item, method, path, at } of operationsAt(contract)) {
    const isIdentified = (operation.security ?? []).length > 0;
    const isLogin = path.includes('/auth/'); // a login or logout can be repeated without a key
    const isWanted = isIdentified && !isLogin && ['post', 'patch'].includes(method) && !operation['x-reads'];
    const isTaken = parametersOf(contract, item, operation).some(
      (one) => one.in === 'header' && one.name.toLowerCase() === 'idempotency-key',
    );
    if (isWanted && !isTaken)
      yield { at: [...at, 'parameters'], message: `A ${method.toUpperCase()} must accept the header Idempotency-Key.` };
    if (isTaken && !isWanted)
      yield {
        at: [...at, 'parameters'],
        message: 'Only a POST or PATCH that identifies its caller and changes something can accept Idempotency-Key.',
      };
  }
}
