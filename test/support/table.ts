// The operation table, beside the contract.
import type { operationTable } from '../../generated/operations.ts';
import { contract, type Node } from './judge.ts';

export type TableEntry = (typeof operationTable)[number];

/** The operation in the bundle. */
export const inContract = ({ path, method }: Pick<TableEntry, 'path' | 'method'>): Node =>
  contract.paths[path][method.toLowerCase()];
