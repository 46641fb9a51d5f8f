// Our front with a fixed key: no lookup, no restrictions and no usage.
import { permissionsOf } from '../../../src/http/permissions.ts';
import { admissionOf, unrestricted } from '../../../src/http/restrictions.ts';
import { serveFront } from './frontWith.ts';

const key = {
  digest: Buffer.alloc(32),
  isActive: true,
  isPersonActive: true,
  permissions: permissionsOf('secret'),
  expiresAt: undefined,
  admission: admissionOf(unrestricted),
  rateLimit: undefined,
  sharedLimits: [],
  secretCreatedAt: new Date(),
};
await serveFront({
  keyring: { find: async (token, { teamId = '' }) => ({ ...key, id: `key_${token.slice(-12)}`, teamId }) },
  meter: { count: () => undefined },
});
