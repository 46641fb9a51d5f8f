// A server of the test with access to its database: in memory, or on PostgreSQL with TEST_DATABASE_URL.
import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { pino } from 'pino';
import type { Handlers } from '../../generated/stubs.ts';
import { demoTeam } from '../../src/demoTeam.ts';
import { standardLimits } from '../../src/http/limits.ts';
import { permissionsOf } from '../../src/http/permissions.ts';
import { unrestricted } from '../../src/http/restrictions.ts';
import { keyStore } from '../../src/keys/keyStore.ts';
import { reportersOf } from '../../src/keys/reporters.ts';
import { createDatabase, type Database } from '../../src/storage/database.ts';
import { seedDemo } from '../../src/storage/demo/seed.ts';
import { openEmbedded } from '../../src/storage/embedded/open.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openPostgres, type Storage } from '../../src/storage/postgres.ts';
import { createSecretBox, type EncryptionKeys } from '../../src/storage/secretBox.ts';
import { type Facts, storedApi } from '../../src/storedApi.ts';
import { startFront } from '../contract/ownFront.ts';
import { type Backend, open } from '../support/client.ts';
import { ownDatabase } from '../support/database.ts';
import { leakReportKeys } from '../support/partner.ts';

export type OwnStore = { database: Database; pool: pg.Pool; isEmbedded: boolean; close(): Promise<void> };
type Wishes = {
  clock?: () => Date;
  keys?: EncryptionKeys;
  handlers?: (real: Handlers) => Handlers;
  log?: Facts['log'];
};

const silent = pino({ level: 'silent' });
const [{ id: teamId }] = open.demo.teams;
export const newKeys = (id = 'one'): EncryptionKeys => [[id, randomBytes(32)]];

/**
 * A migrated database with the teams and keys of the demo.
 * @param server a PostgreSQL server; '' is the embedded store
 */
export async function openOwnStore(server = process.env.TEST_DATABASE_URL ?? ''): Promise<OwnStore> {
  const { url, drop } = await ownDatabase(server);
  const options = { statementTimeoutMs: 10_000, log: silent };
  const storage: Storage = url
    ? openPostgres({ ...options, url, poolMax: 10 })
    : await openEmbedded({ ...options, dataDir: undefined });
  await storage.unlimited(migrate);
  const database = createDatabase(storage.pool);
  await seedDemo(database, open.demo, demoTeam, new Date());
  return {
    database,
    pool: storage.pool,
    isEmbedded: !url,
    async close() {
      await storage.close();
      await drop();
    },
  };
}

/** A server on this store. There can be several. */
export function serve(
  { database }: OwnStore,
  { clock = () => new Date(), keys = newKeys(), handlers = (real) => real, log = silent }: Wishes = {},
): Promise<Backend & { stop(): Promise<void> }> {
  const box = createSecretBox(keys);
  const facts = {
    box,
    limits: standardLimits(60),
    reporters: reportersOf(leakReportKeys),
    isReady: async () => true,
    log,
    handlers,
  };
  return startFront({ ...storedApi(database, facts), clock });
}

/** The ID of a user whose keys are accepted. */
export async function activeUser({ pool }: OwnStore): Promise<string> {
  const { rows } = await pool.query('select id from users where is_active order by id limit 1');
  return rows[0].id;
}

/** Another secret test key of the first team of the demo. */
export async function anotherKey(store: OwnStore): Promise<string> {
  const db = store.database.of({ teamId, environment: 'test' });
  const key = {
    user_id: await activeUser(store),
    type: 'secret' as const,
    name: 'Another',
    permissions: permissionsOf('secret'),
    restrictions: unrestricted,
  };
  return (await keyStore(db).add(key, new Date())).secret;
}

/** The number of rows that writes create, by kind. */
export async function leftIn({ pool }: OwnStore): Promise<Record<string, number>> {
  const { rows } = await pool.query(`
    select (select count(*)::int from tickets) as tickets, (select count(*)::int from tags) as tags,
      (select count(*)::int from events) as events, (select count(*)::int from idempotency) as replies,
      (select sum(last_sequence)::int from tenant_state) as numbers,
      (select sum(tickets)::int from tenant_state) as counted`);
  return rows[0];
}
