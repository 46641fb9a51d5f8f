// Only the API, in a process that tests kill: the parts of src/start.ts without the mock, which takes a second to load,
// and without effective limits. Configured by the environment, like the real server.
import { pino } from 'pino';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { loadContract } from '../../src/contract/load.ts';
import { demoTeam } from '../../src/demoTeam.ts';
import { compiledGuard } from '../../src/http/compiledGuard.ts';
import { rulesOf } from '../../src/http/rules.ts';
import { listen } from '../../src/http/server.ts';
import { newRequestId } from '../../src/http/stages.ts';
import { reportersOf } from '../../src/keys/reporters.ts';
import { createDatabase } from '../../src/storage/database.ts';
import { demoCredentials } from '../../src/storage/demo/credentials.ts';
import { seedDemo } from '../../src/storage/demo/seed.ts';
import { encryptionKeysOf } from '../../src/storage/encryptionKeys.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openStorage } from '../../src/storage/open.ts';
import { createSecretBox } from '../../src/storage/secretBox.ts';
import { storedApi } from '../../src/storedApi.ts';

process.umask(0o077);
process.once('disconnect', () => process.exit()); // its parent is gone
const config = readConfig();
const log = pino({ level: 'silent' });
const bucket = { requests: 1_000_000, windowSeconds: 60 };
const contract = loadContract();
const listener = await listen({ host: '127.0.0.1', port: 0, publicUrl: undefined });
const { pool, unlimited } = await openStorage({ ...config, log });
const demo = demoCredentials(config.dataDir, { apiUrl: listener.publicUrl });
const box = createSecretBox(encryptionKeysOf(config));
await unlimited(migrate);
const database = createDatabase(pool);
await seedDemo(database, demo, demoTeam, new Date());
const limits = { secret: bucket, publishable: bucket, open: bucket, failed: bucket };
const { backend, keyring, meter } = storedApi(database, {
  box,
  limits,
  reporters: reportersOf(),
  isReady: async () => true,
  log,
});
listener.serve(
  createApp({
    backend,
    keyring,
    meter,
    guard: compiledGuard(),
    onViolation(violation) {
      throw violation;
    },
    rules: rulesOf(() => contract),
    pages: (_req, _res, next) => next(),
    log,
    clock: () => new Date(),
    requestIds: newRequestId,
    limits,
    bodyLimits: config.bodyLimits,
    publicUrl: listener.url,
    trustedProxies: [],
  }),
);
process.send?.({ url: listener.url, demo });
