// Which permissions a key has, and which its type can have at all: read off the contract's `security`.
import { operationTable, type Permission } from '../../generated/operations.ts';

type KeyType = 'secret' | 'publishable';
const possible = { secret: askedOf('secret'), publishable: askedOf('publishable') };

/** Every permission that an operation asks of this type of key, in the order of the table. */
export const permissionsOf = (type: KeyType): Permission[] => possible[type];

/** `null` is all that the type can have, of today and of tomorrow: what is added to the contract belongs to such a key at once. */
export const allowedTo = ({ type, permissions }: { type: KeyType; permissions: string[] | null }): string[] =>
  permissions ?? possible[type];

function askedOf(type: KeyType): Permission[] {
  const required = operationTable.flatMap(({ security }) =>
    security.filter(({ scheme }) => scheme === `${type}Key`).flatMap(({ permissions }) => permissions),
  );
  return [...new Set(required)];
}
