// A server and a mock on the awkward contract, with the same parts as those of src/start.ts.
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import type { Deps } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Contract } from '../../src/contract/document.ts';
import { demoTeam } from '../../src/demoTeam.ts';
import type { Backend } from '../../src/http/answer.ts';
import type { Authenticator } from '../../src/http/authenticator.ts';
import type { Keyring } from '../../src/http/keyring.ts';
import { rulesOf } from '../../src/http/rules.ts';
import { type Session, sessionAuthenticator } from '../../src/http/sessions.ts';
import { reportersOf } from '../../src/keys/reporters.ts';
import { prismBackend } from '../../src/mock/backend.ts';
import { mockKeys } from '../../src/mock/keyring.ts';
import { createMemory } from '../../src/mock/memory.ts';
import { createDatabase } from '../../src/storage/database.ts';
import { demoCredentials } from '../../src/storage/demo/credentials.ts';
import { seedDemo } from '../../src/storage/demo/seed.ts';
import { encryptionKeysOf } from '../../src/storage/encryptionKeys.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openStorage } from '../../src/storage/open.ts';
import { createSecretBox } from '../../src/storage/secretBox.ts';
import { storedApi } from '../../src/storedApi.ts';
import { startFront as startOwn } from '../contract/ownFront.ts';
import { rowsOf } from '../http/awkward.ts';
import { guardOf } from '../support/guard.ts';
import { limitsOf, newHome } from '../support/home.ts';
import { awkwardHandlers, newWorld } from './handlers.ts';

export const contract = JSON.parse(readFileSync('test/awkward/generated/openapi.json', 'utf8')) as Contract;
const operations = rowsOf(contract);
const log = pino({ level: 'silent' });
const limits = limitsOf(1_000_000);
const guard = guardOf(contract, operations);

/** A front of this contract. */
export const startFront = (backend: Backend, keyring: Keyring, more: Partial<Deps> = {}) =>
  startOwn({
    operations,
    backend,
    keyring,
    guard,
    rules: rulesOf(() => contract),
    bodyLimits: { bytesMax: 2_500, timeoutMs: 2_000 },
    ...more,
  });

const sessionsIn = (all: Map<string, Session>): Authenticator[] =>
  (['session', 'customerSession'] as const).map((scheme) =>
    sessionAuthenticator(scheme, { find: async (token) => (token.startsWith(scheme) ? all.get(token) : undefined) }),
  );

export type Running = Awaited<ReturnType<typeof startAwkward>>;

/** Starts both on a database of their own. `revoked` holds keys that stop working at once, `sessions` those that exist, by token. */
export async function startAwkward() {
  await guard.warm();
  const home = await newHome();
  const { pool, unlimited, close } = await openStorage({ ...readConfig(home.env), log });
  await unlimited(migrate);
  const database = createDatabase(pool);
  const demo = demoCredentials(home.dataDir, {});
  await seedDemo(database, demo, demoTeam, new Date());
  const world = newWorld();
  const box = createSecretBox(encryptionKeysOf(readConfig(home.env)));
  const facts = { box, limits, reporters: reportersOf(), isReady: async () => true, log };
  const { backend, keyring } = storedApi(database, { ...facts, handlers: () => awkwardHandlers(world) });
  const revoked = new Set<string>();
  const revocable: Keyring = {
    find: async (token, request) => (revoked.has(token) ? undefined : keyring.find(token, request)),
  };
  const sessions = new Map<string, Session>();
  const authenticators = sessionsIn(sessions);
  const server = await startFront(backend, revocable, { authenticators });
  const mock = await startFront(await prismBackend(contract, createMemory()), mockKeys(demo), { authenticators });
  return {
    server,
    mock,
    world,
    backend,
    keyring: revocable,
    authenticators,
    revoked,
    sessions,
    team: demo.teams[0],
    async stop() {
      await Promise.all([server.stop(), mock.stop()]);
      await close();
      await home.remove();
    },
  };
}
