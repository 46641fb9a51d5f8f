// Fills an empty database with demo data: two teams, their keys, tickets in test and live, articles.
import type { Database } from '../database.ts';
import { newUuid } from '../ids.ts';
import type { Environment } from '../tenant.ts';
import type { DemoCredentials, DemoTeam } from './credentials.ts';
import { demoData } from './data.ts';

type Whole = Pick<Database, 'kysely' | 'of'>;
/**
 * Creates a team with its owner and its keys. Passed in, because this folder does not depend on keys.
 * @param isEmpty false if the database has teams; then the team, if it exists, gets only the keys that it lacks
 */
export type MakeTeam = (whole: Whole, team: DemoTeam, now: Date, isEmpty: boolean) => Promise<void>;

const rowsAtOnce = 200;
const made = new Date(Date.UTC(2026, 0, 5));

/** Fills an empty database. Adds the keys that an earlier version of the demo lacks. */
export async function seedDemo(
  database: Database,
  { teams }: DemoCredentials,
  makeTeam: MakeTeam,
  now: Date,
): Promise<void> {
  await database.atOnce(async (whole) => {
    const some = await whole.kysely.selectFrom('teams').select('id').limit(1).executeTakeFirst();
    for (const [i, team] of teams.entries()) {
      await makeTeam(whole, team, now, !some);
      if (!some) await seedTeam(whole, team, i);
    }
  });
}

async function seedTeam(database: Whole, { id }: DemoTeam, i: number): Promise<void> {
  const { kysely } = database;
  const members = ['Robin', 'Sam', 'Toni'].map((member, n) => ({
    team_id: id,
    id: newUuid(made, () => i * 10 + n),
    name: member,
  }));
  await kysely.insertInto('members').values(members).execute();
  const memberIds = members.map((member) => member.id);
  await fill(
    database,
    id,
    'test',
    demoData(1 + i, i === 0 ? { customers: 60, tickets: 240 } : { customers: 5, tickets: 12 }, memberIds),
  );
  await fill(database, id, 'live', demoData(101 + i, { customers: 10, tickets: 24 }, memberIds));
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
