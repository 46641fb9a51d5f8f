// `pg` and `node:http` with the statements of our API and nothing else: no authentication, no checks, no router.
import type { IncomingMessage, ServerResponse } from 'node:http';
import pg from 'pg';
import { newRequestId } from '../../../src/http/stages.ts';
import { newUuid, toUuid } from '../../../src/storage/ids.ts';
import { messageOfJson, toMessage } from '../../../src/tickets/messageStore.ts';
import { toTicket } from '../../../src/tickets/ticket.ts';
import { serve } from './serve.ts';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const environment = 'test';
const insertion = `insert into tickets (id, created_at, title, status, priority, customer_id, customer_name, assigned_to, tags, notes,
  message_count, response_deadline, resolution_deadline, response_tier, resolution_tier, sla_paused, first_response_at, metadata,
  updated_at, public_updated_at, closed_at, team_id, environment)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23) returning *`;

async function get(teamId: string, id: string): Promise<object> {
  const { rows } = await pool.query({
    name: 'get',
    text: `select *, (select coalesce(json_agg(one), '[]') from (select * from messages
        where team_id = $1 and environment = $2 and ticket_id = $3 order by created_at, id limit 100) as one) as messages
      from tickets where team_id = $1 and environment = $2 and id = $3`,
    values: [teamId, environment, toUuid(id)],
  });
  return { data: { ...toTicket(rows[0]), messages: rows[0].messages.map(messageOfJson).map(toMessage) } };
}

async function list(teamId: string): Promise<object> {
  const { rows } = await pool.query({
    name: 'list',
    text: `select *, (select count(*)::int from (select 1 from tickets where team_id = $1 and environment = $2 and status = $3 limit 10001) as c) as total
      from tickets where team_id = $1 and environment = $2 and status = $3 order by created_at desc, id desc limit 21`,
    values: [teamId, environment, 'open'],
  });
  const pagination = { total: rows[0].total, page: 1, pageSize: 20, hasMore: rows.length > 20 };
  return { data: rows.slice(0, 20).map((row) => toTicket(row)), pagination };
}

async function create(
  teamId: string,
  { title, priority }: { title: string; priority: string },
  requestId: string,
): Promise<object> {
  const now = new Date();
  const client = await pool.connect();
  await client.query('begin');
  const { rows } = await client.query({
    name: 'insert',
    text: insertion,
    values: [
      newUuid(now),
      now,
      title,
      'new',
      priority,
      null,
      null,
      null,
      [],
      null,
      0,
      null,
      null,
      null,
      null,
      false,
      null,
      '{}',
      now,
      now,
      null,
      teamId,
      environment,
    ],
  });
  const data = toTicket(rows[0]);
  const event = [{ id: `evt_${data.uuid}`, type: 'ticket.created', resourceId: data.uuid, data: { ticket: data } }];
  await client.query({
    name: 'event',
    text: `with state as (
      insert into tenant_state as state (team_id, environment, last_sequence, tickets) values ($1::uuid, $2, $3::bigint, $4::bigint)
      on conflict (team_id, environment) do update
      set last_sequence = state.last_sequence + $3::bigint, tickets = state.tickets + $4::bigint returning last_sequence
    )
    insert into events (team_id, environment, sequence, id, type, resource_id, data, request_id, created_at)
    select $1::uuid, $2, state.last_sequence - $3::bigint + event.place, event.value ->> 'id', event.value ->> 'type',
      (event.value ->> 'resourceId')::uuid, event.value -> 'data', $5, $6::timestamptz
    from state, jsonb_array_elements($7::jsonb) with ordinality as event (value, place)`,
    values: [teamId, environment, 1, 1, requestId, now, JSON.stringify(event)],
  });
  await client.query('commit');
  client.release();
  return { data };
}

async function bodyOf(req: IncomingMessage): Promise<{ title: string; priority: string }> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString());
}

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const [, , , , teamId = '', , ticketId] = (req.url ?? '').split('?', 1)[0]?.split('/') ?? [];
  const requestId = newRequestId();
  const content = ticketId
    ? await get(teamId, ticketId)
    : req.method === 'POST'
      ? await create(teamId, await bodyOf(req), requestId)
      : await list(teamId);
  const text = JSON.stringify({ success: true, ...content, meta: { requestId, timestamp: new Date().toISOString() } });
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': Buffer.byteLength(text) };
  res.writeHead(req.method === 'POST' ? 201 : 200, headers).end(text);
}

serve((req, res) => void answer(req, res));
