// The demo's teams and keys, made once for a data directory and kept in its demo.json. Server and mock read the same file.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newSecret } from '../keyText.ts';
import { type DemoKeyName, demoKeyNames, demoKind } from './keys.ts';

export type DemoKeys = Record<DemoKeyName, string>;
export type DemoTeam = { id: string; slug: string; name: string; keys: DemoKeys };
export type DemoCredentials = { apiUrl?: string; mockUrl?: string; teams: [DemoTeam, DemoTeam] };

const teams = [
  { id: '019470a1-2b3c-8d4e-9f50-a1b2c3d4e5f6', slug: 'acme', name: 'Acme' },
  { id: '019470a1-2b3c-8d4e-9f50-b1b2c3d4e5f6', slug: 'globex', name: 'Globex' },
] as const;

/**
 * Reads the directory's demo.json, or writes a new one, readable for its owner alone (0600).
 * @throws Error that names the file when it is damaged
 * @param urls where the servers listen now; put into the file when they changed
 */
export function demoCredentials(
  dataDir: string,
  urls: Partial<Pick<DemoCredentials, 'apiUrl' | 'mockUrl'>>,
): DemoCredentials {
  const file = join(dataDir, 'demo.json');
  const kept = existsSync(file) ? read(file) : undefined;
  const [first, second] = kept?.teams ?? teams;
  const credentials: DemoCredentials = { ...kept, teams: [withKeys(first), withKeys(second)], ...urls };
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // Under its name when it is whole: a process that is killed meanwhile leaves the old file.
  writeFileSync(`${file}.new`, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return credentials;
}

function read(file: string): DemoCredentials {
  const kept = parsed(readFileSync(file, 'utf8'));
  if (isCredentials(kept)) return kept;
  throw new Error(
    `${file} is damaged: it does not hold the two demo teams and their keys as JSON. Restore it, or delete it: then new demo keys are made, which a database that is filled already does not know`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Keys may be missing, in a file from before a kind of key existed. */
function isCredentials(value: unknown): value is DemoCredentials {
  const { teams } = (value ?? {}) as { teams?: unknown };
  if (!Array.isArray(teams) || teams.length !== 2) return false;
  return teams.every(
    (team) =>
      [team?.id, team?.slug, team?.name].every((text) => typeof text === 'string') &&
      ['object', 'undefined'].includes(typeof team.keys) &&
      Object.values(team.keys ?? {}).every((key) => typeof key === 'string'),
  );
}

/** A file from before a kind of key existed gets one of it. */
const withKeys = (team: Omit<DemoTeam, 'keys'> & { keys?: DemoKeys }): DemoTeam => ({
  ...team,
  keys: { ...newKeys(), ...team.keys },
});

const newKeys = () => Object.fromEntries(demoKeyNames.map((name) => [name, newSecret(demoKind(name))])) as DemoKeys;
