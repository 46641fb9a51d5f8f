// The events of one team and environment, numbered in commit order.
import { type Selectable, sql } from 'kysely';
import type { components } from '../../generated/types.ts';
import type { NewEvent } from '../http/changes.ts';
import { actionsOf } from '../http/resourceTypes.ts';
import type { TenantDatabase } from '../storage/database.ts';
import { randomBase62, toUuid } from '../storage/ids.ts';
import { countMax } from '../storage/page.ts';
import { eventsKeptMs } from '../storage/retention.ts';
import { type Found, foundIn, type Totalled, withTotal } from '../storage/rows.ts';
import type { Tables } from '../storage/tables.ts';

type Event = components['schemas']['Event'];
type EventRow = Omit<Selectable<Tables['events']>, 'data'> & { data: Event['data'] };
export type EventFilters = { after?: number; type?: Event['type']; resource?: string };

/** 130 random bits. */
const newEventId = (): string => `evt_${randomBase62(22)}`;

/** How an event changes the ticket count in the tenant's state. */
const ticketsBy: Partial<Record<NewEvent['type'], number>> = { 'ticket.created': 1, 'ticket.deleted': -1 };

/**
 * Writes the events of a transaction as its last statement. It locks the tenant's counters until the commit, so that event numbers
 * become visible in order. Also updates the ticket count, which is in the same row.
 */
export async function appendEvents(
  db: TenantDatabase,
  events: NewEvent[],
  requestId: string,
  now: Date,
): Promise<void> {
  if (events.length === 0) return;
  const { teamId, environment } = db.tenant;
  const rows = JSON.stringify(events.map((event) => ({ id: newEventId(), ...event })));
  const tickets = events.reduce((sum, { type }) => sum + (ticketsBy[type] ?? 0), 0);
  await db.run(sql`
    with state as (
      insert into tenant_state as state (team_id, environment, last_sequence, tickets)
      values (${teamId}::uuid, ${environment}, ${events.length}::bigint, ${tickets}::bigint)
      on conflict (team_id, environment) do update
      set last_sequence = state.last_sequence + ${events.length}::bigint, tickets = state.tickets + ${tickets}::bigint
      returning last_sequence
    )
    insert into events (team_id, environment, sequence, id, type, resource_id, data, request_id, created_at)
    select ${teamId}::uuid, ${environment}, state.last_sequence - ${events.length}::bigint + event.place, event.value ->> 'id',
      event.value ->> 'type', (event.value ->> 'resourceId')::uuid, event.value -> 'data', ${requestId}, ${now}::timestamptz
    from state, jsonb_array_elements(${rows}::jsonb) with ordinality as event (value, place)`);
}

/** Reads the events of a tenant that are within the retention period at `now`. */
export function eventStore(db: TenantDatabase, now: Date) {
  const oldest = new Date(now.getTime() - eventsKeptMs);
  const kept = () => db.selectFrom('events').where('created_at', '>=', oldest);
  const filtered = ({ after = 0, type, resource }: EventFilters) =>
    kept()
      .where('sequence', '>', String(after))
      .$if(type !== undefined, (query) => query.where('type', '=', type as string))
      .$if(resource !== undefined, (query) =>
        query
          .where('resource_id', '=', toUuid(resource as string))
          .where('type', 'like', actionsOf(resource as string)),
      );

  return {
    /** Up to `pageSize` + 1 rows, oldest first. `total` is counted up to one more than `countMax`. */
    async list(filters: EventFilters, pageSize: number): Promise<Found<EventRow>> {
      const page = filtered(filters)
        .selectAll()
        .orderBy('sequence')
        .limit(pageSize + 1);
      const total = db.counted(filtered(filters).select(sql`1`.as('one')), countMax + 1);
      return foundIn((await withTotal(total, page).execute()) as (EventRow & Totalled)[], () => total);
    },

    async find(id: string): Promise<EventRow | undefined> {
      return (await kept().selectAll().where('id', '=', id).executeTakeFirst()) as EventRow | undefined;
    },
  };
}

/** Maps a row to the contract's Event. */
export function toEvent(row: EventRow): Event {
  return {
    id: row.id,
    type: row.type as Event['type'],
    created_at: row.created_at.toISOString(),
    team_id: row.team_id,
    sequence: Number(row.sequence),
    data: row.data,
  };
}
