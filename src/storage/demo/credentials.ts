// The demo teams and keys, created once per data directory and stored in its demo.json. Server and mock read the same file.
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
 * Reads the demo.json of the directory, or creates one that only its owner can read (0600).
 * @throws Error that names the file if it is damaged
 * @param urls the current URLs of the servers; written to the file if they changed
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
  // Renamed when complete: a process that is killed meanwhile leaves the old file.
  writeFileSync(`${file}.new`, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return credentials;
}

function read(file: string): DemoCredentials {
  const kept = parsed(readFileSync(file, 'utf8'));
  if (isCredentials(kept)) return kept;
  throw new Error(
    `${file} is damaged: it does not hold the two demo teams and their keys as JSON. Restore it from a backup, or delete it. If you delete it, new demo keys are created, which work only with an empty database`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A file of an earlier version can lack kinds of keys. */
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

/** Adds the kinds of keys that a file of an earlier version lacks. */
const withKeys = (team: Omit<DemoTeam, 'keys'> & { keys?: DemoKeys }): DemoTeam => ({
  ...team,
  keys: { ...newKeys(), ...team.keys },
});

const newKeys = () => Object.fromEntries(demoKeyNames.map((name) => [name, newSecret(demoKind(name))])) as DemoKeys;
