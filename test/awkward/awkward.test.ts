// The awkward contract on one server and one mock.
import { afterAll, beforeAll } from 'vitest';
import { bodyTests } from './bodies.ts';
import { mockTests } from './played.ts';
import { responseTests } from './responses.ts';
import { schemaTests } from './schemas.ts';
import { sessionTests } from './sessions.ts';
import { type Running, startAwkward } from './start.ts';

let running: Running;
beforeAll(async () => {
  running = await startAwkward();
});
afterAll(() => running.stop());

for (const tests of [bodyTests, responseTests, schemaTests, sessionTests, mockTests]) tests(() => running);
