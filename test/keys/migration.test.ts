// A database from before the key endpoints: its keys continue to work as before.
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestOf } from '../../src/http/keyring.ts';
import { permissionsOf } from '../../src/http/permissions.ts';
import { createDatabase } from '../../src/storage/database.ts';
import { openEmbedded } from '../../src/storage/embedded/open.ts';
import { newUuid, toPrefixed } from '../../src/storage/ids.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openPostgres, type Storage } from '../../src/storage/postgres.ts';
import { keysBy, using } from '../contract/apiKeys.ts';
import { clientOf } from '../support/client.ts';
import { type OwnDatabase, ownDatabase } from '../support/database.ts';
import { type OwnApi, serveKeys } from './ownApi.ts';

const folder = 'src/storage/migrations';
const [start, writes] = ['001_start.sql', '002_write_transaction.sql'] as const;
const made = new Date(Date.UTC(2026, 0, 5));
const teams = ['acme', 'globex'].map((slug) => ({ id: newUuid(made), slug }));
const [acme, globex] = teams as [(typeof teams)[0], (typeof teams)[0]];
const permissions = ['tickets:read', 'tickets:write', 'events:read', 'keys:read', 'keys:write', 'audit:read'];
const secret = (kind = 'sk_test') => `${kind}_${randomBytes(24).toString('base64url')}`;
const ticketId = newUuid(made);

type OldKey = { key: string; teamId: string; permissions?: string[]; expired?: boolean; revoked?: boolean };
const old = {
  working: { key: secret(), teamId: acme.id },
  live: { key: secret('sk_live'), teamId: acme.id },
  publishable: { key: secret('pk_test'), teamId: acme.id, permissions: ['tickets:read'] },
  narrow: { key: secret(), teamId: acme.id, permissions: [] },
  everything: {
    key: secret(),
    teamId: acme.id,
    permissions: ['tickets:read', 'tickets:write', 'events:read', 'testdata:write'],
  },
  expired: { key: secret(), teamId: acme.id, expired: true },
  revoked: { key: secret(), teamId: acme.id, revoked: true },
  foreign: { key: secret(), teamId: globex.id },
} satisfies Record<string, OldKey>;

let own: OwnDatabase;
let storage: Storage;
let api: OwnApi;
beforeAll(async () => {
  own = await ownDatabase();
  const options = { statementTimeoutMs: 10_000, log: pino({ level: 'silent' }) };
  storage = own.url
    ? openPostgres({ ...options, url: own.url, poolMax: 4 })
    : await openEmbedded({ ...options, dataDir: undefined });
  await fillAsBefore(storage.pool);
  await storage.unlimited(migrate);
  api = await serveKeys({ database: createDatabase(storage.pool) });
});
afterAll(async () => {
  await api.stop();
  await storage.close();
  await own.drop();
});

/** The schema after the first two migrations, and rows of that time. */
async function fillAsBefore(pool: Storage['pool']): Promise<void> {
  await pool.query('create table migrations (name text primary key, ran_at timestamptz not null)');
  for (const name of [start, writes]) {
    await pool.query(readFileSync(`${folder}/${name}`, 'utf8'));
    await pool.query('insert into migrations values ($1, $2)', [name, made]);
  }
  for (const { id, slug } of teams)
    await pool.query('insert into teams values ($1, $2, $3, $4)', [id, slug, slug, made]);
  for (const [name, one] of Object.entries<OldKey>(old)) {
    const type = one.key.startsWith('s') ? 'secret' : 'publishable';
    const end = new Date(Date.UTC(2026, 0, 6));
    const row = [newUuid(made), one.teamId, one.key.slice(3, 7), type, name, digestOf(one.key), one.key.slice(-4)];
    await pool.query(
      `insert into api_keys (id, team_id, environment, type, name, digest, last_four, permissions, created_at, expires_at, revoked_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [...row, one.permissions ?? permissions, made, one.expired ? end : null, one.revoked ? end : null],
    );
  }
  await pool.query(
    `insert into tickets (team_id, environment, id, title, status, priority, tags, message_count, sla_paused, metadata, created_at, updated_at)
    values ($1, 'test', $2, 'From before', 'new', 'normal', '{}', 0, false, '{}', $3, $3)`,
    [acme.id, ticketId, made],
  );
  await pool.query("insert into tenant_state values ($1, 'test', 0, 1)", [acme.id]);
}

test('every migration has run exactly once', async () => {
  const ran = async () => (await storage.pool.query('select name, ran_at from migrations order by name')).rows;
  const rows = await ran();
  expect(rows.map(({ name }) => name)).toEqual(readdirSync(folder).sort());
  await storage.unlimited(migrate);
  expect(await ran()).toEqual(rows);
});

test.each<[keyof typeof old, (number | string)[]]>([
  ['working', [200]],
  ['live', [200]],
  ['publishable', [200]],
  ['narrow', [200]],
  ['foreign', [200]],
  ['expired', [401, 'key_expired']],
  ['revoked', [401, 'invalid_api_key']],
])('the old key %s behaves as before', async (name, answer) => {
  expect(await using(api, old[name].key)).toEqual(answer);
});

test('old keys read and write the existing data', async () => {
  const tickets = '/api/v1/teams/{teamId}/tickets';
  const params = { path: { teamId: acme.id } };
  const titles = async (key: string) =>
    (await clientOf(api, key).GET(tickets, { params })).data?.data.map(({ title }) => title);
  expect(await titles(old.working.key)).toEqual(['From before']);
  expect(await titles(old.publishable.key)).toEqual(['From before']);
  expect(await titles(old.live.key)).toEqual([]);
  expect(await titles(old.narrow.key)).toBeUndefined();
  const closed = await clientOf(api, old.working.key).PATCH('/api/v1/teams/{teamId}/tickets/{ticketId}', {
    params: { path: { ...params.path, ticketId: toPrefixed('tkt', ticketId) } },
    body: { status: 'closed' },
  });
  expect(closed.data?.data.status).toBe('closed');
});

test('each team has an owner with an undeliverable email address', async () => {
  for (const [key, { id, slug }] of [
    [old.working.key, acme],
    [old.live.key, acme],
    [old.foreign.key, globex],
  ] as const)
    expect((await clientOf(api, key).GET('/api/v1/me')).data).toEqual({
      ...{ id, email: `owner@${slug}.invalid`, first_name: null, last_name: null, is_active: true, is_verified: false },
    });
});

test('old keys are listed unchanged and can be rotated', async () => {
  const keys = keysBy(api, old.working.key, { teamId: acme.id });
  const listed = (await keys.list()).data?.data ?? [];
  const of = (name: keyof typeof old) => listed.find((one) => one.name === name);
  expect(listed).toHaveLength(6);
  expect(of('working')).toMatchObject({
    ...{
      status: 'active',
      permissions,
      restrictions: { ipAddresses: [], referrers: [], endpoints: [] },
      rateLimit: null,
      sharesLimitOf: null,
    },
    ...{ createdAt: made.toISOString(), secretCreatedAt: made.toISOString(), previousSecretExpiresAt: null },
    ...{ lastUsedAt: null, expiresAt: null, revokedAt: null, lastFour: old.working.key.slice(-4) },
  });
  expect([of('expired')?.status, of('revoked')?.status]).toEqual(['expired', 'revoked']);
  const rotated = await keys.rotate(of('narrow')?.id as string, 0);
  expect(await using(api, old.narrow.key)).toEqual([401, 'key_expired']);
  expect(await using(api, rotated.data?.data.key as string)).toEqual([200]);
});

test('a key with all permissions receives new permissions; other keys keep theirs', async () => {
  const { data } = await keysBy(api, old.everything.key, { teamId: acme.id }).list();
  const of = (name: keyof typeof old) => data?.data.find((one) => one.name === name)?.permissions;
  expect(of('everything')).toEqual(permissionsOf('secret'));
  expect(of('live')).toBeUndefined();
  expect([of('working'), of('narrow')]).toEqual([permissions, []]);
});
