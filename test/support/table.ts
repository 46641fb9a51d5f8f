// The operation table, beside the contract.
import { readdirSync, readFileSync } from 'node:fs';
import { operationTable } from '../../generated/operations.ts';
import { contract, type Node } from './judge.ts';

export type TableEntry = (typeof operationTable)[number];

/** The operation in the bundle. */
export const inContract = ({ path, method }: Pick<TableEntry, 'path' | 'method'>): Node =>
  contract.paths[path][method.toLowerCase()];

const handlers = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('handlers.ts'),
);
/** Operations whose handler is not written yet. Each of them fails one test, in laws/implemented.test.ts. */
export const unwritten = new Set(
  handlers.flatMap((file) => readFileSync(`src/${file}`, 'utf8').match(/\w+(?=: notImplemented)/g) ?? []),
);
/** The operations that tests cover. */
export const written = operationTable.filter(({ operationId }) => !unwritten.has(operationId));

/** The content of the success, if it is JSON. */
export const jsonOf = (operation: Pick<TableEntry, 'path' | 'method' | 'successStatus'>): Node | undefined =>
  inContract(operation).responses[operation.successStatus].content?.['application/json'];
/** The operations whose bodies and responses, if there are any, are JSON. The tests of test/awkward cover the other kinds. */
export const inJson = written.filter(
  (operation) =>
    jsonOf(operation) &&
    (operation.body === null || operation.body.mediaTypes.some((one) => one === 'application/json')),
);
