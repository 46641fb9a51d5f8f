// Our front, whole, with handlers in memory.
import { pino } from 'pino';
import { operationTable } from '../../../generated/operations.ts';
import { createApp } from '../../../src/app.ts';
import type { Success } from '../../../src/http/answer.ts';
import { createAudience } from '../../../src/http/audience.ts';
import { createGuard } from '../../../src/http/guard.ts';
import { permissionsOf } from '../../../src/http/permissions.ts';
import { admissionOf } from '../../../src/http/restrictions.ts';
import { newRequestId } from '../../../src/http/stages.ts';
import { contract, list, ticket } from './data.ts';
import { serve } from './serve.ts';

const answers: Record<string, Success> = {
  listTickets: { status: 200, content: list },
  getTicket: { status: 200, content: { data: ticket } },
  createTicket: { status: 201, content: { data: ticket } },
};
const unlimited = { requests: 1e9, windowSeconds: 3600 };
const guard = createGuard(contract);
const app = createApp({
  backend: ({ operation }, finish) => finish(answers[operation.operationId] as Success),
  keyring: {
    find: async (_token, { teamId }) => ({
      id: 'key_bench',
      teamId: teamId ?? '',
      permissions: permissionsOf('secret'),
      isActive: true,
      expiresAt: undefined,
      admission: admissionOf({ ipAddresses: [], referrers: [], endpoints: [] }),
      rateLimit: undefined,
      secretCreatedAt: new Date(),
    }),
  },
  meter: { count: () => undefined },
  guard,
  onViolation(violation) {
    throw violation;
  },
  audience: createAudience(contract, operationTable),
  pages: (_req, _res, next) => next(),
  log: pino({ level: 'info' }, pino.destination('/dev/null')),
  clock: () => new Date(),
  requestIds: newRequestId,
  limits: { secret: unlimited, publishable: unlimited, open: unlimited, failed: unlimited },
  bodyLimits: { bytesMax: 1_000_000, timeoutMs: 10_000 },
  publicUrl: 'http://localhost',
  trustedProxies: [],
});
await guard.warm();
serve(app);
