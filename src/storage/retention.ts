// Data that is kept for a limited time. Queries leave out older rows; the purge deletes them.
import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

const dayMs = 86_400_000;
/** Contract: listEvents. */
export const eventsKeptMs = 30 * dayMs;
/** Contract: Idempotency-Key. */
export const repliesKeptMs = dayMs;

/** Contract: getApiKeyUsage. */
export const usageKeptMs = 90 * dayMs;
/** Contract: listAuditEntries. */
export const auditKeptMs = 365 * dayMs;

/** The ID of a batch is needed only while the batch is retried, which takes seconds. */
const batchesKeptMs = dayMs;

const rowsAtOnce = 1_000;
type Kept = {
  table: 'events' | 'idempotency' | 'key_usage' | 'usage_batches' | 'audit_log';
  key: string[];
  age: string;
  keptMs: number;
};
const kept: Kept[] = [
  { table: 'events', key: ['team_id', 'environment', 'sequence'], age: 'created_at', keptMs: eventsKeptMs },
  {
    table: 'idempotency',
    key: ['team_id', 'environment', 'method', 'path', 'key'],
    age: 'created_at',
    keptMs: repliesKeptMs,
  },
  {
    table: 'key_usage',
    key: ['team_id', 'environment', 'key_id', 'hour', 'operation_id'],
    age: 'hour',
    keptMs: usageKeptMs,
  },
  { table: 'usage_batches', key: ['team_id', 'environment', 'id'], age: 'written_at', keptMs: batchesKeptMs },
  { table: 'audit_log', key: ['team_id', 'environment', 'id'], age: 'created_at', keptMs: auditKeptMs },
];

/** Deletes expired rows of all tenants in batches. Returns the number of deleted rows per table. */
export async function purge(kysely: Kysely<Tables>, now: Date): Promise<Record<Kept['table'], number>> {
  const deleted = { events: 0, idempotency: 0, key_usage: 0, usage_batches: 0, audit_log: 0 };
  for (const { table, key, age, keptMs } of kept) {
    const columns = sql.join(key.map((column) => sql.ref(column)));
    const before = new Date(now.getTime() - keptMs);
    const some = sql`
      delete from ${sql.table(table)} where (${columns}) in
        (select ${columns} from ${sql.table(table)} where ${sql.ref(age)} < ${before} limit ${sql.lit(rowsAtOnce)})`;
    deleted[table] = await untilNoneIsLeft(async () => Number((await some.execute(kysely)).numAffectedRows));
  }
  return deleted;
}

async function untilNoneIsLeft(deleteSome: () => Promise<number>): Promise<number> {
  let total = 0;
  for (let some = await deleteSome(); some > 0; some = await deleteSome()) total += some;
  return total;
}
