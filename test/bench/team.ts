// A database with a team, its tickets and a key that no limit stops.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unrestricted } from '../../src/http/restrictions.ts';
import { issueKey } from '../../src/newTeam.ts';
import { createDatabase } from '../../src/storage/database.ts';
import { newUuid, toPrefixed } from '../../src/storage/ids.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openStorage } from '../../src/storage/open.ts';
import { ownDatabase } from '../support/database.ts';
import { fill, tenant } from './fill.ts';

/** Well-formed test keys. */
export const keysOf = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `sk_test_${String(i).padStart(32, 'k')}`);

export const secret = `sk_test_${'b'.repeat(32)}`;
export const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
export const ticketsPath = `/api/v1/teams/${tenant.teamId}/tickets`;

/** The environment of a server with this data, and the IDs of some of its tickets. */
export type Store = { env: NodeJS.ProcessEnv; ids: string[]; remove(): Promise<void> };

/** @param server the URL of a PostgreSQL server; '' means the embedded database */
export async function filledStore(server: string, tickets: number): Promise<Store> {
  const { url, drop } = await ownDatabase(server);
  const dataDir = mkdtempSync(join(tmpdir(), 'cstar-bench-'));
  const log = { warn: console.warn };
  const storage = await openStorage({ databaseUrl: url, dataDir, statementTimeoutMs: 60_000, log });
  await storage.unlimited(migrate);
  const database = createDatabase(storage.pool);
  const { ids } = await fill(database, tickets);
  const now = new Date();
  const person = { id: newUuid(now), email: 'bench@example.com', first_name: null, last_name: null };
  const row = { ...person, is_active: true, is_verified: true, created_at: now };
  await database.kysely.insertInto('users').values(row).execute();
  const key = { user_id: person.id, type: 'secret' as const, name: 'Bench', permissions: null };
  await issueKey(database, tenant, { ...key, restrictions: unrestricted, rate_limit: 1_000_000_000 }, now, secret);
  await storage.unlimited(async (client) => void (await client.query('vacuum analyze')));
  await storage.close();
  const env = { DATA_DIR: dataDir, DEMO_DATA: 'false', NODE_ENV: 'production' };
  const ofServer = { DATABASE_URL: url, ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}` };
  return {
    env: url ? { ...env, ...ofServer } : env,
    ids: ids.map((id) => toPrefixed('tkt', id)),
    async remove() {
      await drop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

/** Requests for the tickets of a store, as callers mix them: 60 % get, 30 % list, 10 % create. */
export function requestsFor({ ids }: Store) {
  const get = ids.slice(0, 6).map((id) => ({ method: 'GET' as const, path: `${ticketsPath}/${id}`, headers }));
  const list = { method: 'GET' as const, path: `${ticketsPath}?pageSize=20&status=open`, headers };
  const body = JSON.stringify({ title: 'Cannot log in', priority: 'high' });
  const create = { method: 'POST' as const, path: ticketsPath, headers, body };
  return { get, list, create, mixed: [...get, list, list, list, create] };
}
