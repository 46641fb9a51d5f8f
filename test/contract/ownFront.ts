// A front with a backend of the test, for behavior that neither server nor mock shows.
import { pino } from 'pino';
import { createApp, type Deps } from '../../src/app.ts';
import { loadContract } from '../../src/contract/load.ts';
import { standardLimits } from '../../src/http/limits.ts';
import { rulesOf } from '../../src/http/rules.ts';
import { listen } from '../../src/http/server.ts';
import { newRequestId } from '../../src/http/stages.ts';
import { mockKeys } from '../../src/mock/keyring.ts';
import { type Backend, open } from '../support/client.ts';
import { guardOf } from '../support/guard.ts';

const own = loadContract();
const guard = guardOf(own);
const bucket = { requests: 1_000_000, windowSeconds: 60 };

/** Starts it on a free port. Its responses count as those of the server, because it is the same front. */
export async function startFront(
  deps: Pick<Deps, 'backend'> & Partial<Deps>,
): Promise<Backend & { stop(graceMs?: number): Promise<void> }> {
  const listener = await listen({ host: '127.0.0.1', port: 0, publicUrl: undefined });
  listener.serve(
    createApp({
      keyring: mockKeys(open.demo),
      meter: { count: () => undefined },
      guard,
      onViolation(violation) {
        throw violation;
      },
      rules: rulesOf(() => own),
      pages: (_req, _res, next) => next(),
      log: pino({ level: 'silent' }),
      clock: () => new Date(),
      requestIds: newRequestId,
      limits: { ...standardLimits(1_000_000), secret: bucket, publishable: bucket },
      bodyLimits: { bytesMax: 1_000_000, timeoutMs: 10_000 },
      publicUrl: listener.url,
      trustedProxies: [],
      ...deps,
    }),
  );
  return { name: 'server', url: listener.url, stop: (graceMs = 1_000) => listener.stop(graceMs) };
}
