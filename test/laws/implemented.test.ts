// Every operation of a collection has a handler. The other laws apply to it from then on.
import { describe, expect, test } from 'vitest';
import { isImplemented } from './asking.ts';
import { collections } from './collections.ts';

describe.each(collections)('$name', (collection) => {
  const { list, create, within } = collection;
  const operations = [list, create, ...within].filter((one) => one !== undefined);

  test.each(operations)('$operationId is implemented', async (operation) => {
    expect(await isImplemented(collection, operation), `${operation.operationId} returns 501`).toBe(true);
  });
});
