// Our complete front, with handlers in memory.
import type { RequestHandler } from 'express';
import { pino } from 'pino';
import { createApp, type Deps } from '../../../src/app.ts';
import type { Backend, Success } from '../../../src/http/answer.ts';
import { compiledGuard } from '../../../src/http/compiledGuard.ts';
import type { Guard } from '../../../src/http/guard.ts';
import { rulesOf } from '../../../src/http/rules.ts';
import { newRequestId } from '../../../src/http/stages.ts';
import { contract, list, ticket } from './data.ts';
import { serve } from './serve.ts';

const answers: Record<string, Success> = {
  listTickets: { status: 200, content: list },
  getTicket: { status: 200, content: { data: ticket } },
  createTicket: { status: 201, content: { data: ticket } },
};
/** Imported only where it is measured. */
async function validatorGuardOf(): Promise<Guard> {
  const { validatorGuard } = await import('../../../src/http/validatorGuard.ts');
  return validatorGuard(contract);
}
const unlimited = { requests: 1e9, windowSeconds: 3600 };
const guard = process.env.GUARD === 'validator' ? await validatorGuardOf() : compiledGuard();

const common = {
  backend: (({ operation }, finish) => finish(answers[operation.operationId] as Success)) satisfies Backend,
  guard,
  onViolation(violation: unknown) {
    throw violation;
  },
  rules: rulesOf(() => contract),
  pages: ((_req, _res, next) => next()) satisfies RequestHandler,
  log: pino({ level: 'info' }, pino.destination({ dest: '/dev/null', sync: false })),
  clock: () => new Date(),
  requestIds: newRequestId,
  limits: { secret: unlimited, publishable: unlimited, open: unlimited, failed: unlimited },
  bodyLimits: { bytesMax: 1_000_000, timeoutMs: 10_000 },
  publicUrl: 'http://localhost',
  trustedProxies: [],
};

/** @param deps the keyring and the meter */
export async function serveFront(deps: Pick<Deps, 'keyring' | 'meter'>): Promise<void> {
  await guard.warm();
  serve(createApp({ ...common, ...deps }));
}
