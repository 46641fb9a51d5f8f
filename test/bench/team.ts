// A database with a team, its tickets and a key that no limit stops.
import { unrestricted } from '../../src/http/restrictions.ts';
import { issueKey } from '../../src/newTeam.ts';
import { createDatabase } from '../../src/storage/database.ts';
import { newUuid, toPrefixed } from '../../src/storage/ids.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { ownDatabase } from '../support/database.ts';
import { fill, tenant } from './fill.ts';

export const secret = `sk_test_${'b'.repeat(32)}`;
export const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
export const ticketsPath = `/api/v1/teams/${tenant.teamId}/tickets`;

/** A database of its own on a PostgreSQL server, and the IDs of some of its tickets. */
export async function filledDatabase(
  server: string,
  tickets: number,
): Promise<{ url: string; ids: string[]; drop(): Promise<void> }> {
  const { url = '', drop } = await ownDatabase(server);
  const storage = openPostgres({ url, statementTimeoutMs: 60_000, poolMax: 1, log: console });
  await storage.unlimited(migrate);
  const database = createDatabase(storage.pool);
  const { ids } = await fill(database, tickets);
  const now = new Date();
  const person = { id: newUuid(now), email: 'bench@example.com', first_name: null, last_name: null };
  await database.kysely
    .insertInto('users')
    .values({ ...person, is_active: true, is_verified: true, created_at: now })
    .execute();
  const key = { user_id: person.id, type: 'secret' as const, name: 'Bench', permissions: null };
  await issueKey(database, tenant, { ...key, restrictions: unrestricted, rate_limit: 1_000_000_000 }, now, secret);
  await storage.unlimited(async (client) => void (await client.query('vacuum analyze')));
  await storage.close();
  return { url, ids: ids.map((id) => toPrefixed('tkt', id)), drop };
}
