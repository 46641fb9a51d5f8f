// Makes a team, for the operator: `npm run team -- <slug> <name> <email of the owner>`. Shows its keys this once.
import { pino } from 'pino';
import { readConfig } from './config.ts';
import { loadContract } from './contract/load.ts';
import { newTeam } from './newTeam.ts';
import { createDatabase } from './storage/database.ts';
import { newUuid } from './storage/ids.ts';
import { migrate } from './storage/migrate.ts';
import { openStorage } from './storage/open.ts';

process.umask(0o077);
const [slug = '', name = '', email = ''] = process.argv.slice(2);

try {
  const slugs = new RegExp(loadContract().components.schemas.Slug?.pattern as string); // every path with a team needs it
  if (!slugs.test(slug) || !name || !/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(email))
    throw new Error('npm run team -- <slug> <name> <email>, such as: npm run team -- acme "Acme" robin@acme.example');
  const storage = await openStorage({ ...readConfig(), log: pino({ level: 'warn' }) });
  await storage.unlimited(migrate);
  const now = new Date();
  const id = newUuid(now);
  const owner = { email, firstName: null, lastName: null };
  const made = createDatabase(storage.pool).atOnce((whole) => newTeam(whole, { id, slug, name }, owner, now));
  const { keys } = await made.catch(slugIsTaken).finally(storage.close);
  console.log(
    [`team            ${id}`, ...Object.entries(keys).map(([kind, key]) => kind.padEnd(16) + key)].join('\n'),
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function slugIsTaken(error: unknown): never {
  const isTaken = (error as { constraint?: string }).constraint === 'teams_slug_key';
  throw isTaken ? new Error(`there is a team ${slug} already`) : error;
}
