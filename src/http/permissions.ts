// Which permissions a kind of key can hold at all: read off the contract's `security`.
import { operationTable, type Permission } from '../../generated/operations.ts';

/** Every permission that an operation asks of this kind of key, in the order of the table. */
export function permissionsOf(type: 'secret' | 'publishable'): Permission[] {
  const required = operationTable.flatMap(({ security }) =>
    security.filter(({ scheme }) => scheme === `${type}Key`).flatMap(({ permissions }) => permissions),
  );
  return [...new Set(required)];
}
