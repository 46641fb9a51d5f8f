// Assembles the parts: the API on one port, the mock on another, with one front and one guard for both.
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createApp, type Deps } from './app.ts';
import { type Begun, begin } from './begin.ts';
import type { Config } from './config.ts';
import type { Contract } from './contract/document.ts';
import { later } from './contract/later.ts';
import { loadContract } from './contract/load.ts';
import { demoTeam } from './demoTeam.ts';
import type { Backend } from './http/answer.ts';
import { type Buckets, memoryBuckets } from './http/buckets.ts';
import { compiledGuard } from './http/compiledGuard.ts';
import type { Guard } from './http/guard.ts';
import { rulesOf } from './http/rules.ts';
import { type Listener, listen } from './http/server.ts';
import { newRequestId } from './http/stages.ts';
import { reportersOf } from './keys/reporters.ts';
import { mockKeys } from './mock/keyring.ts';
import { createMemory } from './mock/memory.ts';
import { createDatabase } from './storage/database.ts';
import { type DemoCredentials, demoCredentials } from './storage/demo/credentials.ts';
import { seedDemo } from './storage/demo/seed.ts';
import { encryptionKeysOf } from './storage/encryptionKeys.ts';
import { migrate } from './storage/migrate.ts';
import type { Storage } from './storage/postgres.ts';
import { purge } from './storage/retention.ts';
import { createSecretBox } from './storage/secretBox.ts';
import { storedApi } from './storedApi.ts';
import { developerPages } from './web/developers/pages.ts';

export type Running = {
  api: Listener;
  mock: Listener;
  demo: DemoCredentials;
  /** The URL of the server that accepts the demo keys: the API, or the mock if the database contains other data. */
  demoUrl: string;
  /** Stops after `graceMs`. Until then, requests are still handled, and only `/readyz` fails. */
  stop(graceMs?: number): Promise<void>;
};
type Shared = Omit<Deps, 'backend' | 'keyring' | 'meter' | 'pages' | 'publicUrl' | 'onViolation'> & {
  contract: () => Contract;
};

/** How long requests in progress may take after the last one was accepted. */
const lastAnswersMs = 6_000;
const readinessMs = 1_000;
const lastWriteMs = 5_000;
const purgeEveryMs = 3_600_000;

/**
 * Starts both servers. Resolves when both accept requests. Rejects if a port, the data directory or the database is not available.
 * @param begun what `begin` has returned, if it was called before
 */
export async function start(config: Config, log: Logger, begun?: Begun): Promise<Running> {
  const { dataDir } = config;
  const { api, mock, opening } = begun ?? (await begin(config, log));
  const shared = await sharedParts(config, log);
  const [storage] = await Promise.all([opening, shared.guard.warm()]);
  const demo = demoCredentials(dataDir, { apiUrl: api.publicUrl, mockUrl: mock.publicUrl });
  const buckets = config.redisUrl ? await sharedBuckets(config.redisUrl, log) : memoryBuckets(); // the mock has its own
  const [{ takesDemoKeys, refuse, flush }] = await Promise.all([
    serveApi(api, storage, config, demo, { ...shared, buckets }),
    serveMock(mock, prismOf(shared), demo, { ...shared, limits: config.mockLimits }),
  ]);
  return {
    api,
    mock,
    demo,
    demoUrl: (takesDemoKeys ? api : mock).publicUrl,
    async stop(graceMs = 0) {
      refuse();
      await stopListening([api, mock], graceMs);
      const closed = flush().then(() => Promise.all([buckets.close(), storage.close()]));
      await Promise.race([closed, wait(lastWriteMs, undefined, { ref: false })]); // a silent database must not keep the process alive
    },
  };
}

/** Starts only the mock, without a database. */
export async function startMock(config: Config, log: Logger): Promise<Omit<Running, 'api'>> {
  const mock = await listen({ host: config.host, port: config.mockPort, publicUrl: config.mockPublicUrl });
  const demo = demoCredentials(config.dataDir, { mockUrl: mock.publicUrl });
  const shared = { ...(await sharedParts(config, log)), limits: config.mockLimits };
  const prism = prismOf(shared);
  await Promise.all([prism(), shared.guard.warm()]);
  await serveMock(mock, prism, demo, shared);
  return { mock, demo, demoUrl: mock.publicUrl, stop: (graceMs = 0) => stopListening([mock], graceMs) };
}

/** Closes each connection after its next response. Callers that reconnect within the grace period are still served. */
async function stopListening(listeners: Listener[], graceMs: number): Promise<void> {
  for (const listener of listeners) listener.endConnections();
  await wait(graceMs);
  await Promise.all(listeners.map((listener) => listener.stop(lastAnswersMs)));
}

async function sharedParts(config: Config, log: Logger): Promise<Shared> {
  const { limits, bodyLimits, trustedProxies } = config;
  const contract = later(loadContract);
  return {
    contract,
    guard: await guardOf(config, contract),
    rules: rulesOf(contract),
    log,
    clock: () => new Date(),
    requestIds: newRequestId,
    limits,
    bodyLimits,
    trustedProxies,
  };
}

/** Its client is loaded only where it is used, because that takes long. */
async function sharedBuckets(url: string, log: Logger): Promise<Buckets> {
  const { redisBuckets } = await import('./http/redisBuckets.ts');
  return redisBuckets(url, log);
}

async function guardOf({ guard }: Config, contract: () => Contract): Promise<Guard> {
  if (guard === 'compiled') return compiledGuard();
  const { validatorGuard } = await import('./http/validatorGuard.ts');
  return validatorGuard(contract());
}

/** `refuse` makes `/readyz` fail from the start of a stop. `flush` writes the usage that is still in memory. */
async function serveApi(
  listener: Listener,
  { pool, unlimited }: Storage,
  config: Config,
  demo: DemoCredentials,
  shared: Shared,
): Promise<{ takesDemoKeys: boolean; refuse(): void; flush(): Promise<void> }> {
  const { log } = shared;
  const reporters = reportersOf(config.leakReportKeys);
  await unlimited(migrate);
  const box = createSecretBox(encryptionKeysOf(config)); // after the directory is locked, because the keys may be created in it
  const database = createDatabase(pool);
  if (config.demoData) await seedDemo(database, demo, demoTeam, shared.clock());
  let isStopping = false;
  const isReady = async () =>
    !isStopping && (await Promise.race([database.ping().then(() => true), wait(readinessMs, false)]));
  const { backend, keyring, meter } = storedApi(database, { box, limits: config.limits, reporters, isReady, log });
  const takesDemoKeys = (await keyring.find(demo.teams[0].keys.secretTest, { teamId: undefined })) !== undefined;
  if (config.demoData && !takesDemoKeys)
    log.warn(`the keys in ${config.dataDir}/demo.json do not work: the database already contains other data`);

  const app = createApp({
    ...shared,
    backend,
    keyring,
    meter,
    pages: developerPages(listener.publicUrl),
    publicUrl: listener.publicUrl,
    onViolation(violation, req) {
      if (config.violations === 'throw') throw violation;
      log.error(
        { requestId: req.context.requestId, operationId: req.context.operation.operationId, err: violation },
        'a response violates the contract',
      );
    },
  });
  const purging = setInterval(() => {
    purge(database.kysely, shared.clock()).catch((err: unknown) => log.warn({ err }, 'purge failed'));
  }, purgeEveryMs).unref();
  const counting = setInterval(() => void meter.flush(), config.usageEveryMs).unref();
  listener.serve(app);
  return {
    takesDemoKeys,
    refuse() {
      clearInterval(purging);
      clearInterval(counting);
      isStopping = true;
    },
    flush: () => meter.flush(),
  };
}

/** The backend of the mock. Prism takes a second and 100 MB, so that it is loaded on first use. */
const prismOf = ({ contract }: Shared): (() => Promise<Backend>) =>
  later(async () => {
    const { prismBackend } = await import('./mock/backend.ts');
    return prismBackend(contract(), createMemory());
  });

async function serveMock(
  listener: Listener,
  prism: () => Promise<Backend>,
  demo: DemoCredentials,
  shared: Shared,
): Promise<void> {
  const app = createApp({
    ...shared,
    backend: async (call, finish) => (await prism())(call, finish),
    keyring: mockKeys(demo),
    meter: { count: () => undefined }, // the mock records no usage
    pages: developerPages(listener.publicUrl),
    publicUrl: listener.publicUrl,
    onViolation(violation) {
      throw violation;
    },
  });
  listener.serve(app);
}
