// The operator's command for a first key, or for another one if no key with `keys:write` is left:
//   npm run team -- <slug> <name> <email of the owner>     a new team with its first keys
//   npm run team -- <slug> <live or test>                  one more secret key of a team, with all permissions
// Keys are shown only once.
import { pino } from 'pino';
import { readConfig } from './config.ts';
import { loadContract } from './contract/load.ts';
import { unrestricted } from './http/restrictions.ts';
import { issueKey, newTeam } from './newTeam.ts';
import { createDatabase, type Database } from './storage/database.ts';
import { newUuid } from './storage/ids.ts';
import { newSecret } from './storage/keyText.ts';
import { migrate } from './storage/migrate.ts';
import { openStorage } from './storage/open.ts';
import type { Environment } from './storage/tenant.ts';

type Whole = Pick<Database, 'kysely' | 'of'>;
type Made = Record<string, string>;

const usage = `npm run team -- acme "Acme" robin@acme.example     creates a team with its first keys
npm run team -- acme test                          creates another key for a team`;

process.umask(0o077);
try {
  const work = workOf(process.argv.slice(2));
  const storage = await openStorage({ ...readConfig(), log: pino({ level: 'warn' }) });
  await storage.unlimited(migrate);
  const made = await createDatabase(storage.pool).atOnce(work).finally(storage.close);
  console.log(
    Object.entries(made)
      .map(([what, value]) => what.padEnd(16) + value)
      .join('\n'),
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** @throws Error with the usage if the arguments are invalid */
function workOf([slug = '', second = '', email = '', ...more]: string[]): (whole: Whole) => Promise<Made> {
  const slugs = new RegExp(loadContract().components.schemas.Slug?.pattern as string); // the contract has this schema
  if (!slugs.test(slug) || more.length > 0) throw new Error(usage);
  if (!email && (second === 'live' || second === 'test')) return (whole) => oneMoreKey(whole, slug, second);
  if (!second || !/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(email)) throw new Error(usage);
  return (whole) => team(whole, slug, second, email);
}

async function team(whole: Whole, slug: string, name: string, email: string): Promise<Made> {
  if (await teamOf(whole, slug)) throw new Error(`the team ${slug} already exists`);
  const now = new Date();
  const id = newUuid(now);
  const { keys } = await newTeam(whole, { id, slug, name }, { email, firstName: null, lastName: null }, now);
  return { team: id, ...keys };
}

async function oneMoreKey(whole: Whole, slug: string, environment: Environment): Promise<Made> {
  const found = await teamOf(whole, slug);
  if (!found) throw new Error(`the team ${slug} does not exist`);
  const tenant = { teamId: found.id, environment };
  const person = await whole
    .of(tenant)
    .selectFrom('api_keys')
    .innerJoin('users', 'users.id', 'user_id')
    .select('user_id')
    .where('users.is_active', '=', true)
    .orderBy('api_keys.created_at')
    .executeTakeFirst();
  if (!person) throw new Error(`every user with a ${environment} key of ${slug} is deactivated`);
  const key = newSecret({ type: 'secret', environment });
  const settings = { ...person, type: 'secret' as const, name: 'Created by the operator', permissions: null };
  await issueKey(whole, tenant, { ...settings, restrictions: unrestricted }, new Date(), key);
  return { team: found.id, key };
}

async function teamOf({ kysely }: Whole, slug: string): Promise<{ id: string } | undefined> {
  return kysely.selectFrom('teams').select('id').where('slug', '=', slug).executeTakeFirst();
}
