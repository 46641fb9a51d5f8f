// The keys of the mock: the demo keys, and any other well-formed key as a key of the team in the path. If the path has no valid
// team ID, no key belongs to that team, as on the server.
import { LRUCache } from 'lru-cache';
import { digestOf, type Key, type Keyring } from '../http/keyring.ts';
import { permissionsOf } from '../http/permissions.ts';
import { admissionOf, unrestricted } from '../http/restrictions.ts';
import type { DemoCredentials } from '../storage/demo/credentials.ts';
import { type DemoKeyName, demoKeyNames, demoKind, expiredAt } from '../storage/demo/keys.ts';
import { isUuid } from '../storage/ids.ts';

const anywhere = admissionOf(unrestricted);

export function mockKeys({ teams }: DemoCredentials): Keyring {
  const began = new Date();
  const recent = new LRUCache<string, Key>({ max: 1_000 });
  const known = new Map(
    teams.flatMap(({ id, keys }) => demoKeyNames.map((name) => [keys[name], demoKey(keys[name], id, name)] as const)),
  );
  return {
    async find(token, { teamId }) {
      const demo = known.get(token);
      if (demo) return demo;
      const owner = teamId && isUuid(teamId) ? teamId.toLowerCase() : teams[0].id;
      const name = `${token} ${owner}`;
      const key = recent.get(name) ?? keyOf(token, owner);
      recent.set(name, key);
      return key;
    },
  };

  function demoKey(token: string, teamId: string, name: DemoKeyName): Key {
    const { permissions, restrictions, state } = demoKind(name);
    const key = keyOf(token, teamId);
    return {
      ...key,
      isActive: state !== 'revoked' && state !== 'deactivated',
      isPersonActive: state !== 'personDeactivated',
      expiresAt: state === 'expired' ? expiredAt : undefined,
      permissions: permissions ?? key.permissions,
      admission: admissionOf({ ...unrestricted, ...restrictions }),
    };
  }

  function keyOf(token: string, teamId: string): Key {
    const digest = digestOf(token);
    return {
      id: `mock_${digest.toString('hex').slice(0, 16)}`,
      digest,
      teamId,
      isActive: true,
      isPersonActive: true,
      expiresAt: undefined,
      permissions: permissionsOf(token.startsWith('s') ? 'secret' : 'publishable'),
      admission: anywhere,
      rateLimit: undefined,
      sharedLimits: [],
      secretCreatedAt: began,
    };
  }
}
