// A database of the test: the two teams of the demo in both environments, and in each of these four tenants one unique
// resource of every kind.
import { idPrefixes } from '../../generated/operations.ts';
import { appendAudit } from '../../src/audit/auditStore.ts';
import { demoTeam } from '../../src/demoTeam.ts';
import { appendEvents } from '../../src/events/eventStore.ts';
import type { NewAuditEntry, NewEvent } from '../../src/http/changes.ts';
import { snapshotOf } from '../../src/http/eventFields.ts';
import { unrestricted } from '../../src/http/restrictions.ts';
import { issueKey } from '../../src/newTeam.ts';
import { createDatabase, type Database } from '../../src/storage/database.ts';
import { type DemoTeam, demoCredentials } from '../../src/storage/demo/credentials.ts';
import { seedDemo } from '../../src/storage/demo/seed.ts';
import { newUuid, toPrefixed, toUuid } from '../../src/storage/ids.ts';
import { newSecret } from '../../src/storage/keyText.ts';
import { migrate } from '../../src/storage/migrate.ts';
import type { Environment, Tenant } from '../../src/storage/tenant.ts';
import { toTicket } from '../../src/tickets/ticket.ts';
import { type Home, newHome } from '../support/home.ts';
import { textsOfRows } from '../support/tableTexts.ts';

/** An ID or name of each kind in a tenant, by its prefix or name. All of them are in use, so that filters by them match. */
export type Things = Record<'tkt' | 'evt' | 'tag' | 'slug' | 'teamId' | 'team' | 'createdAt', string> & {
  [prefix: string]: string;
};
export type TenantOf = { team: DemoTeam; environment: Environment; things: Things };
export type World = {
  home: Home;
  tenants: TenantOf[];
  /** The tenant of an ID (in lower case): a team and environment, or a team. */
  ownerOf: Map<string, string>;
};

export async function newWorld(): Promise<World> {
  const home = await newHome();
  const demo = demoCredentials(home.dataDir, {});
  const { pool, unlimited, close } = await home.open();
  await unlimited(migrate);
  const database = createDatabase(pool);
  await seedDemo(database, demo, demoTeam, new Date());
  const tenants: TenantOf[] = [];
  for (const team of demo.teams)
    for (const environment of ['test', 'live'] as const)
      tenants.push({ team, environment, things: await addThings(database, team, environment) });
  await close();

  const teamIds = demo.teams.map(({ id }) => id);
  return { home, tenants, ownerOf: owners(await textsOfRows(home), teamIds) };
}

/** Resources that do not exist. The cursor is next to a ticket of another tenant. */
export function nowhere({ tkt, createdAt }: Things, kind: string): Things {
  const id = kind === 'cursor' ? besides(tkt) : newUuid(new Date(Date.UTC(2025, 0, 1)), () => 7);
  const name = 'of-nobody';
  const teamId = '019470a1-2b3c-8d4e-9f50-ffffffffffff';
  return {
    ...Object.fromEntries(prefixes.map((prefix) => [prefix, id])),
    tkt: id,
    evt: `evt_${'0'.repeat(22)}`,
    tag: id,
    slug: name,
    teamId,
    team: name,
    createdAt,
  };
}

/** An ID of the same millisecond that differs in its last random bit (see ids.ts). */
const besides = (uuid: string) =>
  `${uuid.slice(0, 22)}${(Number.parseInt(uuid.charAt(22), 16) ^ 4).toString(16)}${uuid.slice(23)}`;

const prefixes = Object.values(idPrefixes);

/** Older than all rows of the demo. */
export const longAgo = new Date(Date.UTC(2025, 0, 2));

type Spell = (things: Things) => Record<string, string>;
const bothSpellings =
  (prefix: string): Spell =>
  ({ [prefix]: uuid }) => {
    if (uuid === undefined) throw new Error(`no tenant has a row with the prefix ${prefix}: addThings must add one`);
    return { prefixed: toPrefixed(prefix, uuid), ...uuidSpellings(uuid) };
  };
const uuidSpellings = (uuid: string) => ({ UUID: uuid, 'UUID in capitals': uuid.toUpperCase() });

/** The spellings of each kind. A kind without a sample fails the test by name. */
export const spellings: Record<string, Spell> = {
  ...Object.fromEntries(prefixes.map((prefix) => [prefix, bothSpellings(prefix)])),
  evt: ({ evt }) => ({ prefixed: evt }),
  tag: ({ tag }) => uuidSpellings(tag),
  slug: ({ slug }) => ({ slug }),
  teamId: ({ teamId }) => uuidSpellings(teamId),
  team: ({ team, teamId }) => ({ slug: team, ...uuidSpellings(teamId) }),
  cursor: ({ createdAt, tkt }) => ({
    cursor: Buffer.from(JSON.stringify([2, createdAt, tkt])).toString('base64url'),
  }),
};

/**
 * An article, an event, and a ticket with every kind of reference. Rows of other resources must be older than the ticket, because the
 * cursors have its position: `rowsOf(db, 'labels').add(label, longAgo)`.
 */
async function addThings(database: Database, team: DemoTeam, environment: Environment): Promise<Things> {
  const db = database.of({ teamId: team.id, environment });
  const ticket = await db
    .selectFrom('tickets')
    .selectAll()
    .where('assigned_to', 'is not', null)
    .where('message_count', '>', 1)
    .orderBy('created_at', 'desc') // so that an item follows it in a list
    .executeTakeFirstOrThrow();
  const tag = await db.selectFrom('tags').select('id').where('name', 'in', ticket.tags).executeTakeFirstOrThrow();
  const slug = `only-${team.slug}-${environment}`;
  const published = db
    .selectFrom('articles')
    .selectAll()
    .where('status', '=', 'published')
    .where('is_public', '=', true);
  const article = { ...(await published.executeTakeFirstOrThrow()), id: newUuid(new Date()), slug, metadata: '{}' };
  await db.insertInto('articles').values(article).execute();
  const closed: NewEvent = {
    type: 'ticket.closed',
    resourceId: ticket.id,
    data: { ticket: snapshotOf('Ticket', toTicket(ticket)) },
  };
  await database.write(db.tenant, (own) => appendEvents(own, [closed], 'req_000000000000', new Date()));
  const entry: NewAuditEntry = { action: 'ticket.deleted', resourceId: ticket.id, before: null, after: null };
  await appendAudit(db, [entry], { actor: { type: 'system', id: null }, requestId: null, now: new Date() });
  const { id: evt } = await db.selectFrom('events').select('id').executeTakeFirstOrThrow();
  return {
    ...(await addKey(database, db.tenant)),
    tkt: ticket.id,
    cus: ticket.customer_id as string, // every ticket of the demo has one
    mem: ticket.assigned_to as string, // requested
    evt,
    tag: tag.id,
    slug,
    teamId: team.id,
    team: team.slug,
    createdAt: ticket.created_at.toISOString(),
  };
}

/** A key of a separate user. The test sends no request with it, so that it can be changed and revoked. */
async function addKey(database: Database, tenant: Tenant): Promise<{ key: string; usr: string }> {
  const db = database.of(tenant);
  const user_id = newUuid(new Date());
  const names = { email: `${user_id}@people.example`, first_name: null, last_name: null };
  const person = { id: user_id, ...names, is_active: true, is_verified: true, created_at: new Date() };
  await database.kysely.insertInto('users').values(person).execute();
  const kind = { type: 'secret' as const, environment: tenant.environment };
  const key = { user_id, type: kind.type, name: 'Target', permissions: [], restrictions: unrestricted };
  await issueKey(database, tenant, key, new Date(), newSecret(kind));
  const { id } = await db.selectFrom('api_keys').select('id').where('name', '=', key.name).executeTakeFirstOrThrow();
  return { key: id, usr: user_id };
}

/**
 * Every row of a tenant starts with its team and, if it has one, its environment, possibly after an ID. Its IDs belong
 * to the tenant.
 */
function owners(rows: Record<string, string[]>, teamIds: string[]): Map<string, string> {
  const ownerOf = new Map<string, string>();
  const tenantOf = (row: string) => {
    const columns = row.slice(1).split(',', 3);
    const at = columns.findIndex((column) => teamIds.includes(column));
    return { teamId: columns[at] ?? '', environment: columns[at + 1]?.match(/^(test|live)$/)?.[0] };
  };
  const all = Object.values(rows).flat();
  for (const hasEnvironment of [true, false]) // rows without an environment, such as members, belong to the team
    for (const row of all) {
      const { teamId, environment } = tenantOf(row);
      if (!teamIds.includes(teamId) || (environment !== undefined) !== hasEnvironment) continue;
      for (const id of idsIn(row.replace(teamId, '')))
        ownerOf.set(id, environment ? `${teamId}/${environment}` : teamId);
    }
  for (const teamId of teamIds) ownerOf.set(teamId, teamId);
  return ownerOf;
}

/** The IDs in a text. Prefixed IDs are converted to UUIDs. */
export const idsIn = (text: string): string[] =>
  (text.match(/\b(evt_\w{22}|[a-z]{3}_[0-9A-Za-z]{12}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/gi) ?? []).map(
    (id) => (id.startsWith('evt_') ? id : toUuid(id)),
  );
