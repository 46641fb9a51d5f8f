// Puts the parts together: the API on one port, the mock on another, one front and one guard for both.
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { operationTable } from '../generated/operations.ts';
import { createApp, type Deps } from './app.ts';
import { storedKeys } from './auth/keyring.ts';
import { handlersBackend, handlersOf } from './backend.ts';
import type { Config } from './config.ts';
import type { Contract } from './contract/document.ts';
import { loadContract } from './contract/load.ts';
import { createAudience } from './http/audience.ts';
import { createGuard } from './http/guard.ts';
import { digestOf } from './http/keyring.ts';
import { permissionsOf } from './http/permissions.ts';
import { type Listener, listen } from './http/server.ts';
import { newRequestId } from './http/stages.ts';
import { createDatabase } from './storage/database.ts';
import { type DemoCredentials, demoCredentials } from './storage/demo/credentials.ts';
import { seedDemo } from './storage/demo/seed.ts';
import { encryptionKeysOf } from './storage/encryptionKeys.ts';
import { migrate } from './storage/migrate.ts';
import { openStorage } from './storage/open.ts';
import { createSecretBox } from './storage/secretBox.ts';
import { developerPages } from './web/developers/pages.ts';

export type Running = { api: Listener; mock: Listener; demo: DemoCredentials; stop(): Promise<void> };
type Shared = Omit<Deps, 'backend' | 'keyring' | 'publicUrl' | 'onViolation'> & { contract: Contract };

const stopGraceMs = 8_000;
const readinessMs = 1_000;

/** Starts both servers; resolves when both take requests. Rejects when a port, the data directory or the database cannot be had. */
export async function start(config: Config, log: Logger): Promise<Running> {
  const { host } = config;
  const api = await listen({ host, port: config.port, publicUrl: config.publicUrl });
  const mock = await listen({ host, port: config.mockPort, publicUrl: config.mockPublicUrl });
  const demo = demoCredentials(config.dataDir, { apiUrl: api.publicUrl, mockUrl: mock.publicUrl });
  const shared = sharedParts(config, log);
  const [closeApi] = await Promise.all([serveApi(api, config, demo, shared), serveMock(mock, demo, shared)]);
  return {
    api,
    mock,
    demo,
    async stop() {
      closeApi.begin();
      await Promise.all([api.stop(stopGraceMs), mock.stop(stopGraceMs)]);
      await closeApi.end();
    },
  };
}

/** Starts the mock alone, without a database. */
export async function startMock(config: Config, log: Logger): Promise<Omit<Running, 'api'>> {
  const mock = await listen({ host: config.host, port: config.mockPort, publicUrl: config.mockPublicUrl });
  const demo = demoCredentials(config.dataDir, { mockUrl: mock.publicUrl });
  await serveMock(mock, demo, sharedParts(config, log));
  return { mock, demo, stop: () => mock.stop(stopGraceMs) };
}

function sharedParts({ limits, bodyLimits, trustedProxies }: Config, log: Logger): Shared {
  const contract = loadContract();
  return {
    contract,
    guard: createGuard(contract),
    audience: createAudience(contract, operationTable),
    pages: developerPages(),
    log,
    clock: () => new Date(),
    requestIds: newRequestId,
    limits,
    bodyLimits,
    trustedProxies,
  };
}

async function serveApi(
  listener: Listener,
  config: Config,
  demo: DemoCredentials,
  shared: Shared,
): Promise<{ begin(): void; end(): Promise<void> }> {
  const { log } = shared;
  const { pool, unlimited, close } = await openStorage({ ...config, log });
  await unlimited(migrate);
  const database = createDatabase(pool);
  if (config.demoData)
    await seedDemo(database, demo, {
      digestOf,
      permissions: { secret: permissionsOf('secret'), publishable: permissionsOf('publishable') },
    });

  let isStopping = false;
  const isReady = async () =>
    !isStopping && (await Promise.race([database.ping().then(() => true), wait(readinessMs, false)]));
  const app = createApp({
    ...shared,
    backend: handlersBackend(handlersOf(database, isReady), database, createSecretBox(encryptionKeysOf(config))),
    keyring: storedKeys(database),
    publicUrl: listener.publicUrl,
    onViolation(violation, req) {
      if (config.violations === 'throw') throw violation;
      log.error(
        { requestId: req.context.requestId, operationId: req.context.operation.operationId, err: violation },
        'an answer broke the contract',
      );
    },
  });
  await shared.guard.warm();
  listener.serve(app);
  return {
    begin() {
      isStopping = true;
    },
    end: close,
  };
}

async function serveMock(listener: Listener, demo: DemoCredentials, shared: Shared): Promise<void> {
  const { prismBackend } = await import('./mock/backend.ts'); // Prism takes a second to load
  const { mockKeys } = await import('./mock/keyring.ts');
  const { createMemory } = await import('./mock/memory.ts');
  const app = createApp({
    ...shared,
    backend: await prismBackend(shared.contract, createMemory()),
    keyring: mockKeys(demo),
    publicUrl: listener.publicUrl,
    onViolation(violation) {
      throw violation;
    },
  });
  await shared.guard.warm();
  listener.serve(app);
}
