// The demo teams. They are created like any team, with the keys that are stored in demo.json.
import { digestOf } from './http/keyring.ts';
import { unrestricted } from './http/restrictions.ts';
import { issueKey, newTeam } from './newTeam.ts';
import { demoKeyNames, demoKind, expiredAt } from './storage/demo/keys.ts';
import type { MakeTeam } from './storage/demo/seed.ts';
import { newUuid } from './storage/ids.ts';

type Whole = Parameters<MakeTeam>[0];
type Team = Parameters<MakeTeam>[1];

/** Creates a team with the keys of its entry in demo.json. */
export const demoTeam: MakeTeam = async (whole, team, now, isEmpty) => {
  const ownerId = await (isEmpty ? made(whole, team, now) : ownerOf(whole, team));
  if (!ownerId) return; // a database with other teams
  const existing = await existingKeys(whole, team);
  for (const name of demoKeyNames) {
    if (existing.has(team.keys[name])) continue;
    const { type, environment, permissions = null, restrictions, state } = demoKind(name);
    const key = {
      user_id: state === 'personDeactivated' ? await formerMember(whole, team, now) : ownerId,
      type,
      name: `Demo: ${name}`,
      permissions,
      restrictions: { ...unrestricted, ...restrictions },
      is_active: state !== 'deactivated',
      expires_at: state === 'expired' ? expiredAt : null,
      revoked_at: state === 'revoked' ? now : null,
    };
    await issueKey(whole, { teamId: team.id, environment }, key, now, team.keys[name]);
  }
};

async function made(whole: Whole, team: Team, now: Date): Promise<string> {
  const owner = { email: `robin@${team.slug}.example`, firstName: 'Robin', lastName: 'Fischer' };
  const { ownerId } = await newTeam(whole, team, owner, now, (name) => team.keys[name]);
  return ownerId;
}

/** The UUID of the person behind the team's keys, if the database has these keys. */
async function ownerOf(whole: Whole, { id: teamId, keys }: Team): Promise<string | undefined> {
  const db = whole.of({ teamId, environment: 'test' });
  const keyId = db.selectFrom('key_secrets').select('key_id').where('digest', '=', digestOf(keys.secretTest));
  return (await db.selectFrom('api_keys').select('user_id').where('id', 'in', keyId).executeTakeFirst())?.user_id;
}

/** The keys of a team that the database has. Few statements, because this runs at every start. */
async function existingKeys({ of }: Whole, { id: teamId, keys }: Team): Promise<Set<string>> {
  const byDigest = new Map(Object.values(keys).map((key) => [digestOf(key).toString('hex'), key]));
  const digests = [...byDigest.keys()].map((digest) => Buffer.from(digest, 'hex'));
  const existing = new Set<string>();
  for (const environment of ['test', 'live'] as const) {
    const found = of({ teamId, environment }).selectFrom('key_secrets').select('digest').where('digest', 'in', digests);
    for (const { digest } of await found.execute()) existing.add(byDigest.get(digest.toString('hex')) as string);
  }
  return existing;
}

/** The UUID of a deactivated person, who is created if missing. */
async function formerMember({ kysely }: Whole, { slug }: { slug: string }, now: Date): Promise<string> {
  const email = `alex@${slug}.example`;
  const known = await kysely.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst();
  if (known) return known.id;
  const id = newUuid(now);
  const name = { email, first_name: 'Alex', last_name: 'Weber' };
  await kysely
    .insertInto('users')
    .values({ id, ...name, is_active: false, is_verified: true, created_at: now })
    .execute();
  return id;
}
