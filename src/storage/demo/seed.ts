// Fills an empty database with the demo: two teams, their keys, tickets in test and live, articles.
import type { Permission } from '../../../generated/operations.ts';
import type { Database } from '../database.ts';
import { newUuid } from '../ids.ts';
import type { Tables } from '../tables.ts';
import type { Environment } from '../tenant.ts';
import type { DemoCredentials, DemoTeam } from './credentials.ts';
import { demoData } from './data.ts';

/** What the caller knows of keys and this folder does not. */
export type KeyFacts = { digestOf(token: string): Buffer; permissions: Record<'secret' | 'publishable', Permission[]> };

type Whole = Pick<Database, 'kysely' | 'of'>;

const rowsAtOnce = 200;
const made = new Date(Date.UTC(2026, 0, 5));
const past = new Date(Date.UTC(2026, 0, 6));

/** Does nothing when there is a team already. */
export async function seedDemo(database: Database, { teams }: DemoCredentials, facts: KeyFacts): Promise<void> {
  await database.atOnce(async (whole) => {
    const some = await whole.kysely.selectFrom('teams').select('id').limit(1).executeTakeFirst();
    if (some) return;
    for (const [i, team] of teams.entries()) await seedTeam(whole, team, i, facts);
  });
}

async function seedTeam(database: Whole, team: DemoTeam, i: number, facts: KeyFacts): Promise<void> {
  const { kysely } = database;
  const { id, slug, name } = team;
  await kysely.insertInto('teams').values({ id, slug, name, created_at: made }).execute();
  const members = ['Robin', 'Sam', 'Toni'].map((member, n) => ({
    team_id: id,
    id: newUuid(made, () => i * 10 + n),
    name: member,
  }));
  await kysely.insertInto('members').values(members).execute();
  await kysely
    .insertInto('api_keys')
    .values(keyRows(team, i, facts))
    .execute();
  const memberIds = members.map((member) => member.id);
  await fill(
    database,
    id,
    'test',
    demoData(1 + i, i === 0 ? { customers: 60, tickets: 240 } : { customers: 5, tickets: 12 }, memberIds),
  );
  await fill(database, id, 'live', demoData(101 + i, { customers: 10, tickets: 24 }, memberIds));
}

function keyRows(
  { id: teamId, keys }: DemoTeam,
  team: number,
  { digestOf, permissions }: KeyFacts,
): Tables['api_keys'][] {
  return Object.entries(keys).map(([name, token], i) => {
    const type = token.startsWith('sk') ? 'secret' : 'publishable';
    return {
      id: newUuid(made, () => 1000 + team * 100 + i),
      team_id: teamId,
      environment: token.slice(3, 7) as Environment,
      type,
      name: `Demo: ${name}`,
      digest: digestOf(token),
      last_four: token.slice(-4),
      permissions: name === 'ticketsReadOnly' ? ['tickets:read'] : permissions[type],
      created_at: made,
      expires_at: name === 'expired' ? past : null,
      revoked_at: name === 'revoked' ? past : null,
    };
  });
}

async function fill(
  database: Whole,
  teamId: string,
  environment: Environment,
  { customers, tags, tickets, messages, articles }: ReturnType<typeof demoData>,
): Promise<void> {
  const db = database.of({ teamId, environment });
  await db.insertInto('customers').values(customers).execute();
  await db.insertInto('tags').values(tags).execute();
  await db.insertInto('articles').values(articles).execute();
  await db.insertInto('tenant_state').values({ last_sequence: 0, tickets: tickets.length }).execute();
  for (let from = 0; from < tickets.length; from += rowsAtOnce)
    await db
      .insertInto('tickets')
      .values(tickets.slice(from, from + rowsAtOnce))
      .execute();
  for (let from = 0; from < messages.length; from += rowsAtOnce)
    await db
      .insertInto('messages')
      .values(messages.slice(from, from + rowsAtOnce))
      .execute();
}
