// A server and a mock on the awkward contract, with the same parts as those of src/start.ts.
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { createApp, type Deps } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Contract } from '../../src/contract/document.ts';
import { demoTeam } from '../../src/demoTeam.ts';
import type { Backend } from '../../src/http/answer.ts';
import { createAudience } from '../../src/http/audience.ts';
import type { Authenticator } from '../../src/http/authenticator.ts';
import { createGuard } from '../../src/http/guard.ts';
import type { Keyring } from '../../src/http/keyring.ts';
import { createSchemaChecks } from '../../src/http/schemaChecks.ts';
import { listen } from '../../src/http/server.ts';
import { type Session, sessionAuthenticator } from '../../src/http/sessions.ts';
import { newRequestId } from '../../src/http/stages.ts';
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
import { rowsOf } from '../http/awkward.ts';
import { limitsOf, newHome } from '../support/home.ts';
import { awkwardHandlers, newWorld } from './handlers.ts';

export const contract = JSON.parse(readFileSync('test/awkward/generated/openapi.json', 'utf8')) as Contract;
const operations = rowsOf(contract);
const log = pino({ level: 'silent' });
const limits = limitsOf(1_000_000);
const guard = createGuard(contract, operations);

export type Front = { url: string; stop(graceMs?: number): Promise<void> };

export async function startFront(backend: Backend, keyring: Keyring, more: Partial<Deps> = {}): Promise<Front> {
  const listener = await listen({ host: '127.0.0.1', port: 0, publicUrl: undefined });
  const app = createApp({
    operations,
    backend,
    keyring,
    meter: { count: () => undefined },
    guard,
    onViolation(violation) {
      throw violation;
    },
    audience: createAudience(contract, operations),
    checks: createSchemaChecks(contract),
    pages: (_req, _res, next) => next(),
    log,
    clock: () => new Date(),
    requestIds: newRequestId,
    limits,
    bodyLimits: { bytesMax: 10_000, timeoutMs: 2_000 },
    publicUrl: listener.url,
    trustedProxies: [],
    ...more,
  });
  listener.serve(app);
  return { url: listener.url, stop: (graceMs = 1_000) => listener.stop(graceMs) };
}

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
