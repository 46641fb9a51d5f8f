// Counts the usage of keys in memory and writes it in batches, so that no request waits for a write.
import { randomUUID } from 'node:crypto';
import type { Meter, Use } from '../http/usage.ts';
import type { Database } from '../storage/database.ts';
import type { Tenant } from '../storage/tenant.ts';
import { hourOf, type Uses, usageStore } from './usageStore.ts';

type Log = { warn(details: object, message: string): void };
type Counted = { tenant: Tenant; uses: Map<string, Uses> };
type Batch = { id: string; tenant: Tenant; uses: Uses[] };

/** `flush` writes the counts so far. Resolves when they are written, or kept for the next flush after an error. */
export type UsageCounter = Meter & { flush(): Promise<void> };

/** Creates a counter that stores usage in the database when `flush` is called. Counts of a failed write are kept and logged. */
export function createUsageCounter(database: Database, log: Log): UsageCounter {
  const counted = new Map<string, Counted>();
  /** Batches that may not have been written. They are retried with their IDs before new batches of the same tenant. */
  const failed = new Map<string, Batch>();
  let writing: Promise<void> = Promise.resolve();

  return {
    count(use) {
      const { teamId, environment } = use.caller;
      const name = `${teamId} ${environment}`;
      const ofTenant = counted.get(name) ?? { tenant: { teamId, environment }, uses: new Map() };
      counted.set(name, ofTenant);
      add(ofTenant.uses, usesOf(use));
    },
    flush() {
      writing = writing.then(writeAll);
      return writing;
    },
  };

  async function writeAll(): Promise<void> {
    for (const [name, batch] of failed) await write(name, batch);
    for (const [name, { tenant, uses }] of counted) {
      if (failed.has(name)) continue;
      counted.delete(name);
      await write(name, { id: randomUUID(), tenant, uses: [...uses.values()] });
    }
  }

  async function write(name: string, batch: Batch): Promise<void> {
    try {
      await database.write(batch.tenant, (db) => usageStore(db).add(batch.id, batch.uses));
      failed.delete(name);
    } catch (err) {
      log.warn({ err }, 'usage could not be written and is kept for the next attempt');
      failed.set(name, batch);
    }
  }
}

function add(all: Map<string, Uses>, uses: Uses): void {
  const name = [uses.keyId, uses.hour.getTime(), uses.operationId].join(' ');
  const known = all.get(name);
  if (!known) return void all.set(name, uses);
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
