// The demo's teams: made as any team is, with keys that everybody on this machine may know.
import { unrestricted } from './http/restrictions.ts';
import { issueKey, newTeam } from './newTeam.ts';
import { demoKeyNames, demoKind, expiredAt } from './storage/demo/keys.ts';
import type { MakeTeam } from './storage/demo/seed.ts';

/** Gives a team the keys of its entry in demo.json. */
export const demoTeam: MakeTeam = async (whole, team, now) => {
  const owner = { email: `robin@${team.slug}.example`, firstName: 'Robin', lastName: 'Fischer' };
  const { keys, ownerId } = await newTeam(whole, team, owner, now, (name) => team.keys[name]);
  for (const name of demoKeyNames) {
    if (name in keys) continue;
    const { type, environment, permissions = null, restrictions, state } = demoKind(name);
    const key = {
      user_id: ownerId,
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
