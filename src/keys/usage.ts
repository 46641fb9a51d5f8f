// Collects uses in memory and writes them in batches: no request waits for it, and none is written by itself.
import type { Meter, Use } from '../http/usage.ts';
import type { Database } from '../storage/database.ts';
import type { Tenant } from '../storage/tenant.ts';
import { hourOf, type Uses, usageStore } from './usageStore.ts';

type Log = { warn(details: object, message: string): void };
type Batch = Map<string, { tenant: Tenant; uses: Uses }>;

/** `flush` writes what has been counted until now; resolves when it is written, or is back in memory for the next time. */
export type UsageCounter = Meter & { flush(): Promise<void> };

export function createUsageCounter(database: Database, log: Log): UsageCounter {
  let batch: Batch = new Map();
  let writing: Promise<void> = Promise.resolve();

  return {
    count: (use) => add(batch, { teamId: use.caller.teamId, environment: use.caller.environment }, usesOf(use)),
    flush() {
      writing = writing.then(write);
      return writing;
    },
  };

  async function write(): Promise<void> {
    const full = batch;
    batch = new Map();
    for (const [, entries] of Map.groupBy(full.values(), ({ tenant }) => `${tenant.teamId} ${tenant.environment}`)) {
      const { tenant } = entries[0] as (typeof entries)[number]; // a group has a first
      const uses = entries.map((entry) => entry.uses);
      try {
        await database.write(tenant, (db) => usageStore(db).add(uses));
      } catch (err) {
        log.warn({ err }, 'usage could not be written, and is kept for the next time');
        for (const one of uses) add(batch, tenant, one);
      }
    }
  }
}

function add(batch: Batch, tenant: Tenant, uses: Uses): void {
  const name = [tenant.teamId, tenant.environment, uses.keyId, uses.hour.getTime(), uses.operationId].join(' ');
  const known = batch.get(name)?.uses;
  if (!known) return void batch.set(name, { tenant, uses });
  known.requests += uses.requests;
  known.clientErrors += uses.clientErrors;
  known.rateLimited += uses.rateLimited;
  known.serverErrors += uses.serverErrors;
  if (uses.lastAt > known.lastAt) known.lastAt = uses.lastAt;
}

const usesOf = ({ caller, operationId, status, at }: Use): Uses => ({
  keyId: caller.keyId,
  operationId,
  hour: new Date(hourOf(at.getTime())),
  lastAt: at,
  requests: 1,
  clientErrors: status >= 400 && status < 500 && status !== 429 ? 1 : 0,
  rateLimited: status === 429 ? 1 : 0,
  serverErrors: status >= 500 ? 1 : 0,
});
