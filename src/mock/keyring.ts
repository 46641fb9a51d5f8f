// The mock's keys: the demo's own, and any other well-formed key as one of the team in the path.
import { digestOf, type Key, type Keyring } from '../http/keyring.ts';
import { permissionsOf } from '../http/permissions.ts';
import type { DemoCredentials, DemoKeys } from '../storage/demo/credentials.ts';

const permissions = { secret: permissionsOf('secret'), publishable: permissionsOf('publishable') };

export function mockKeys({ teams }: DemoCredentials): Keyring {
  const known = new Map(
    teams.flatMap(({ id, keys }) =>
      Object.entries(keys).map(([name, token]) => [token, demoKey(token, id, name as keyof DemoKeys)] as const),
    ),
  );
  return {
    async find(token, { teamId }) {
      return known.get(token) ?? keyOf(token, teamId?.toLowerCase() ?? teams[0].id);
    },
  };
}

function demoKey(token: string, teamId: string, name: keyof DemoKeys): Key {
  const key = keyOf(token, teamId);
  return {
    ...key,
    isRevoked: name === 'revoked',
    expiresAt: name === 'expired' ? new Date(0) : undefined,
    permissions: name === 'ticketsReadOnly' ? ['tickets:read'] : key.permissions,
  };
}

const keyOf = (token: string, teamId: string): Key => ({
  id: `mock_${digestOf(token).toString('hex').slice(0, 16)}`,
  teamId,
  isRevoked: false,
  expiresAt: undefined,
  permissions: token.startsWith('s') ? permissions.secret : permissions.publishable,
});
