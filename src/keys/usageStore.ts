// The usage of the keys of one team and environment, by hour and operation.
import { sql } from 'kysely';
import type { components } from '../../generated/types.ts';
import { Problem } from '../http/problem.ts';
import type { TenantDatabase } from '../storage/database.ts';
import { toUuid } from '../storage/ids.ts';
import { usageKeptMs } from '../storage/retention.ts';

export type Counts = { requests: number; clientErrors: number; rateLimited: number; serverErrors: number };
/** Usage of one key that is not written yet. `hour` is the start of the hour. */
export type Uses = { keyId: string; operationId: string; hour: Date; lastAt: Date } & Counts;
type Usage = components['schemas']['ApiKeyUsage'];

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const daysMax = 7;
const earliest = Date.UTC(2000, 0);
const latest = Date.UTC(9999, 0);
const none: Counts = { requests: 0, clientErrors: 0, rateLimited: 0, serverErrors: 0 };

/** Reads and writes the usage of a tenant's keys. */
export function usageStore(db: TenantDatabase) {
  const { teamId, environment } = db.tenant;
  return {
    /**
     * Adds usage to the stored counts.
     * @param batchId a UUID. Writing the same batch again changes nothing
     */
    async add(batchId: string, uses: Uses[]): Promise<void> {
      const isNew = await db
        .insertInto('usage_batches')
        .values({ id: batchId, written_at: new Date() })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst();
      if (!isNew) return;
      const rows = JSON.stringify(uses.map((use) => ({ ...use, keyId: toUuid(use.keyId) })));
      await db.run(sql`
        insert into key_usage as usage
          (team_id, environment, key_id, hour, operation_id, requests, client_errors, rate_limited, server_errors)
        select ${teamId}::uuid, ${environment}, (use ->> 'keyId')::uuid, (use ->> 'hour')::timestamptz, use ->> 'operationId',
          (use ->> 'requests')::bigint, (use ->> 'clientErrors')::bigint, (use ->> 'rateLimited')::bigint,
          (use ->> 'serverErrors')::bigint
        from jsonb_array_elements(${rows}::jsonb) as use
        order by 3, 4, 5
        on conflict (team_id, environment, key_id, hour, operation_id) do update
        set requests = usage.requests + excluded.requests, client_errors = usage.client_errors + excluded.client_errors,
          rate_limited = usage.rate_limited + excluded.rate_limited, server_errors = usage.server_errors + excluded.server_errors`);
      await db.run(sql`
        update api_keys set last_used_at = greatest(last_used_at, used.at)
        from (
          select (use ->> 'keyId')::uuid as key_id, max((use ->> 'lastAt')::timestamptz) as at
          from jsonb_array_elements(${rows}::jsonb) as use group by 1
        ) as used
        where api_keys.team_id = ${teamId}::uuid and api_keys.environment = ${environment} and api_keys.id = used.key_id`);
    },

    /**
     * Returns the usage of a key by hour and operation. Without `from`, the period starts 24 hours before its end.
     * @throws 400 `parameter_invalid` for a period that ends before it starts or is longer than 7 days
     */
    async of(keyId: string, asked: { from?: string; to?: string }, now: Date): Promise<Usage> {
      const { from, to } = spanOf(asked, now);
      const rows = await db
        .selectFrom('key_usage')
        .selectAll()
        .where('key_id', '=', keyId)
        .where('hour', '>=', from)
        .where('hour', '>=', new Date(now.getTime() - usageKeptMs))
        .where('hour', '<', to)
        .orderBy('hour')
        .orderBy('operation_id')
        .execute();
      const operations = rows.map((row) => ({
        hour: row.hour.toISOString(),
        operationId: row.operation_id,
        requests: Number(row.requests),
        clientErrors: Number(row.client_errors),
        rateLimited: Number(row.rate_limited),
        serverErrors: Number(row.server_errors),
      }));
      const hours = [...Map.groupBy(operations, ({ hour }) => hour)].map(([hour, ofHour]) => ({
        hour,
        ...ofHour.reduce(sum, none),
        operations: ofHour.map(({ hour: _, ...operation }) => operation),
      }));
      return { from: from.toISOString(), to: to.toISOString(), ...operations.reduce(sum, none), hours };
    },
  };
}

const sum = (one: Counts, other: Counts): Counts => ({
  requests: one.requests + other.requests,
  clientErrors: one.clientErrors + other.clientErrors,
  rateLimited: one.rateLimited + other.rateLimited,
  serverErrors: one.serverErrors + other.serverErrors,
});

/** Extends the period to whole hours at both ends. */
function spanOf({ from, to }: { from?: string; to?: string }, now: Date): { from: Date; to: Date } {
  const end = to === undefined ? now.getTime() : timeOf(to, 'to');
  const start = from === undefined ? end - dayMs : timeOf(from, 'from');
  if (start > end) throw new Problem('parameter_invalid', { param: 'from', message: "'from' must be before 'to'." });
  if (end - start > daysMax * dayMs)
    throw new Problem('parameter_invalid', {
      param: 'from',
      message: `'from' must be at most ${daysMax} days before 'to'.`,
    });
  // Without `to`, the period includes the current hour, even in its first millisecond.
  const last = to === undefined ? hourOf(end) + hourMs : Math.ceil(end / hourMs) * hourMs;
  return { from: new Date(hourOf(start)), to: new Date(last) };
}

/** Parses a time. The limits keep the start and the end of its hour within the four-digit years. */
function timeOf(text: string, param: string): number {
  const time = Date.parse(text);
  if (!(time >= earliest && time <= latest))
    throw new Problem('parameter_invalid', { param, message: `'${param}' must be in the years 2000 to 9998.` });
  return time;
}

/** The start of the hour, in milliseconds. */
export const hourOf = (time: number): number => Math.floor(time / hourMs) * hourMs;
