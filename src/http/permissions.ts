// The permissions of a key and of each key type, derived from the contract's `security`.
import { operationTable, type Permission } from '../../generated/operations.ts';

type KeyType = 'secret' | 'publishable';
const possible = { secret: askedOf('secret'), publishable: askedOf('publishable') };

/** All permissions that operations require of this key type, in the order of the operation table. */
export const permissionsOf = (type: KeyType): Permission[] => possible[type];

/** `null` means all permissions of the type, including those that are added to the contract later. */
export const allowedTo = ({ type, permissions }: { type: KeyType; permissions: string[] | null }): string[] =>
  permissions ?? possible[type];

function askedOf(type: KeyType): Permission[] {
  const required = operationTable.flatMap(({ security }) =>
    security.filter(({ scheme }) => scheme === `${type}Key`).flatMap(({ permissions }) => permissions),
  );
  return [...new Set(required)];
}
