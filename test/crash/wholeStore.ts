// The invariants of the store after a crash: no partial writes.
import { isDeepStrictEqual } from 'node:util';
import type pg from 'pg';
import { snapshotOf } from '../../src/http/eventFields.ts';
import { type TicketRow, toTicket } from '../../src/tickets/ticket.ts';

/** Each query finds rows that must not exist. Seeded tickets have no events; our tickets are called `crash-`. */
const queries: Record<string, string> = {
  'a kept key without its reply': 'select key from idempotency where reply is null or status is null',
  'a kept key without an event of its request': `
    select key from idempotency as i where not exists (
      select from events as e where (e.team_id, e.environment, e.request_id) = (i.team_id, i.environment, i.request_id))`,
  'an event without the kept key of its request': `
    select sequence from events as e where type <> 'ticket.deleted' and (
      select count(*) from idempotency as i
      where (i.team_id, i.environment, i.request_id) = (e.team_id, e.environment, e.request_id)) <> 1`,
  'a request with other than one event of its own kind': `
    select request_id from events where type not in ('ticket.closed', 'ticket.assigned')
    group by request_id having count(*) <> 1`,
  'a gap in the numbers': `
    select team_id from events group by team_id, environment
    having count(*) <> max(sequence) or min(sequence) <> 1`,
  'a counter that is not the last number': `
    select s.team_id from tenant_state as s where last_sequence <> (
      select coalesce(max(sequence), 0) from events as e where (e.team_id, e.environment) = (s.team_id, s.environment))`,
  'a wrong count of tickets': `
    select s.team_id from tenant_state as s where tickets <> (
      select count(*) from tickets as t where (t.team_id, t.environment) = (s.team_id, s.environment))`,
  'a ticket without its one creation': `
    select id from tickets as t where title like 'crash-%' and (
      select count(*) from events as e where e.resource_id = t.id and type = 'ticket.created') <> 1`,
  'a message without its one event': `
    select m.id from messages as m join tickets as t on t.id = m.ticket_id where t.title like 'crash-%' and (
      select count(*) from events as e where e.data -> 'message' ->> 'uuid' = m.id::text) <> 1`,
  'an event of a message that is not there, though its ticket is': `
    select e.sequence from events as e join tickets as t on t.id = e.resource_id where type = 'ticket.message_added'
      and not exists (select from messages as m where m.id::text = e.data -> 'message' ->> 'uuid')`,
};

/** Every violation, in words. */
export async function problemsOfStore(pool: pg.Pool): Promise<string[]> {
  const found: string[] = [];
  for (const [what, query] of Object.entries(queries)) {
    const { rows } = await pool.query(query);
    if (rows.length > 0) found.push(`${what}: ${rows.length} times, first ${JSON.stringify(rows[0])}`);
  }
  return [...found, ...(await wrongHistories(pool))];
}

type Row = { type: string; resource_id: string; data: { ticket: object; changes?: Changes } };
type Changes = Record<string, { from: unknown; to: unknown }>;

/**
 * A ticket equals its last event, or is missing after a deletion. An update starts from the state of the event before
 * it.
 */
async function wrongHistories(pool: pg.Pool): Promise<string[]> {
  const { rows: events } = await pool.query<Row>('select type, resource_id, data from events order by sequence');
  const { rows: tickets } = await pool.query<TicketRow>("select * from tickets where title like 'crash-%'");
  const now = new Map(tickets.map((row) => [row.id, snapshotOf('Ticket', toTicket(row))]));
  return [...Map.groupBy(events, (event) => event.resource_id)].flatMap(([id, history]) => {
    const last = history.at(-1) as Row; // a group has at least one member
    const isGone = last.type === 'ticket.deleted';
    return [
      ...(isGone !== !now.has(id) ? [`${id}: its last event is ${last.type}`] : []),
      ...(!isGone && !isDeepStrictEqual(last.data.ticket, now.get(id)) ? [`${id}: not as its last event says`] : []),
      ...history.flatMap((event, i) => (isNext(event, history[i - 1]) ? [] : [`${id}: event ${i} does not go on`])),
    ];
  });
}

function isNext({ data: { changes = {} } }: Row, before: Row | undefined): boolean {
  const known: Record<string, unknown> = { ...before?.data.ticket };
  return Object.entries(changes).every(
    ([field, { from }]) => !(field in known) || isDeepStrictEqual(known[field], from),
  );
}
