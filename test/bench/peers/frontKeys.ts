// Our front with stored keys: digest and cache, restrictions by address and endpoint, and usage written in batches.
import { permissionsOf } from '../../../src/http/permissions.ts';
import { unrestricted } from '../../../src/http/restrictions.ts';
import { storedKeys } from '../../../src/keys/keyring.ts';
import { createUsageCounter } from '../../../src/keys/usage.ts';
import { issueKey, newTeam } from '../../../src/newTeam.ts';
import { createDatabase } from '../../../src/storage/database.ts';
import { openEmbedded } from '../../../src/storage/embedded/open.ts';
import { migrate } from '../../../src/storage/migrate.ts';
import { secret as benchKey, keysOf } from '../team.ts';
import { serveFront } from './frontWith.ts';

const log = { warn: (details: object, message: string) => console.warn(message, details) };
const { pool, unlimited } = await openEmbedded({ dataDir: undefined, statementTimeoutMs: 10_000, log });
await unlimited(migrate);
const database = createDatabase(pool);
const team = { id: '019470a1-2b3c-8d4e-9f50-a1b2c3d4e5f6', slug: 'bench', name: 'Bench' };
const owner = { email: 'bench@example.com', firstName: null, lastName: null };
await database.atOnce(async (whole) => {
  const { ownerId } = await newTeam(whole, team, owner, new Date());
  const key = {
    user_id: ownerId,
    type: 'secret' as const,
    name: 'Bench',
    permissions: permissionsOf('secret'),
    restrictions: { ...unrestricted, ipAddresses: ['127.0.0.0/8', '::1'], endpoints: ['Tickets'] },
  };
  for (const secret of [benchKey, ...keysOf(Number(process.env.MORE_KEYS ?? 0))])
    await issueKey(whole, { teamId: team.id, environment: 'test' }, key, new Date(), secret);
});
const meter = createUsageCounter(database, log);
setInterval(() => void meter.flush(), 15_000).unref(); // as the server does
await serveFront({ keyring: storedKeys(database), meter });
