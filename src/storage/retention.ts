// What is kept for a time only. Reads leave out what is too old by themselves; the purge frees the space.
import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

const dayMs = 86_400_000;
/** Contract: listEvents. */
export const eventsKeptMs = 30 * dayMs;
/** Contract: Idempotency-Key. */
export const repliesKeptMs = dayMs;

const rowsAtOnce = 1_000;

/** Deletes events and first answers of all tenants that are past their time, a part at a time; returns how many. */
export async function purge(kysely: Kysely<Tables>, now: Date): Promise<{ events: number; replies: number }> {
  const eventsBefore = new Date(now.getTime() - eventsKeptMs);
  const repliesBefore = new Date(now.getTime() - repliesKeptMs);
  return {
    events: await untilNoneIsLeft(async () => {
      const { numAffectedRows } = await sql`
        delete from events where (team_id, environment, sequence) in
          (select team_id, environment, sequence from events where created_at < ${eventsBefore} limit ${sql.lit(rowsAtOnce)})`.execute(
        kysely,
      );
      return Number(numAffectedRows);
    }),
    replies: await untilNoneIsLeft(async () => {
      const { numAffectedRows } = await sql`
        delete from idempotency where (team_id, environment, method, path, key) in
          (select team_id, environment, method, path, key from idempotency where created_at < ${repliesBefore} limit ${sql.lit(rowsAtOnce)})`.execute(
        kysely,
      );
      return Number(numAffectedRows);
    }),
  };
}

async function untilNoneIsLeft(deleteSome: () => Promise<number>): Promise<number> {
  let total = 0;
  for (let some = await deleteSome(); some > 0; some = await deleteSome()) total += some;
  return total;
}
