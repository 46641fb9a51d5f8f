// The API alone, in a process that is there to be killed: the parts of src/start.ts without the mock, which takes a second
// to load, and with limits that nobody reaches. Configured by the environment, as the real one is.
import { pino } from 'pino';
import { operationTable } from '../../generated/operations.ts';
import { createApp } from '../../src/app.ts';
import { storedKeys } from '../../src/auth/keyring.ts';
import { handlersBackend, handlersOf } from '../../src/backend.ts';
import { readConfig } from '../../src/config.ts';
import { loadContract } from '../../src/contract/load.ts';
import { createAudience } from '../../src/http/audience.ts';
import { createGuard } from '../../src/http/guard.ts';
import { digestOf } from '../../src/http/keyring.ts';
import { permissionsOf } from '../../src/http/permissions.ts';
import { listen } from '../../src/http/server.ts';
import { newRequestId } from '../../src/http/stages.ts';
import { createDatabase } from '../../src/storage/database.ts';
import { demoCredentials } from '../../src/storage/demo/credentials.ts';
import { seedDemo } from '../../src/storage/demo/seed.ts';
import { encryptionKeysOf } from '../../src/storage/encryptionKeys.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openStorage } from '../../src/storage/open.ts';
import { createSecretBox } from '../../src/storage/secretBox.ts';

process.umask(0o077);
process.once('disconnect', () => process.exit()); // whoever started it is gone
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
await seedDemo(database, demo, {
  digestOf,
  permissions: { secret: permissionsOf('secret'), publishable: permissionsOf('publishable') },
});
const handlers = handlersOf(database, async () => true);
listener.serve(
  createApp({
    backend: handlersBackend(handlers, database, box),
    keyring: storedKeys(database),
    guard: createGuard(contract), // what it compiles on first use is not waited for
    onViolation(violation) {
      throw violation;
    },
    audience: createAudience(contract, operationTable),
    pages: (_req, _res, next) => next(),
    log,
    clock: () => new Date(),
    requestIds: newRequestId,
    limits: { secret: bucket, publishable: bucket, open: bucket, failed: bucket },
    bodyLimits: config.bodyLimits,
    publicUrl: listener.url,
    trustedProxies: [],
  }),
);
process.send?.({ url: listener.url, demo });
