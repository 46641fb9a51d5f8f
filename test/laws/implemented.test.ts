// Every operation has a handler. All other tests leave out those without.
import { expect, test } from 'vitest';
import { operationTable } from '../../generated/operations.ts';
import { unwritten } from '../support/table.ts';

test.each(operationTable)('$operationId is implemented', ({ operationId }) => {
  expect(unwritten.has(operationId), `its handler is notImplemented`).toBe(false);
});
