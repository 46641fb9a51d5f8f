-- The rows that a write stores in the transaction of its change: the tenant's counters, its events, and the response for its
-- Idempotency-Key.

-- One row per tenant. The last statement of a write locks it, so writes commit in the order of these locks, and event numbers
-- become visible in order. `tickets` is the exact count that a list without filters returns.
create table tenant_state (
  team_id uuid not null references teams (id),
  environment text not null check (environment in ('live', 'test')),
  last_sequence bigint not null,
  tickets bigint not null,
  primary key (team_id, environment)
);
insert into tenant_state (team_id, environment, last_sequence, tickets)
select team_id, environment, 0, count(*) from tickets group by team_id, environment;

create table events (
  team_id uuid not null references teams (id),
  environment text not null check (environment in ('live', 'test')),
  sequence bigint not null,
  id text not null,
  type text not null,
  resource_id uuid not null,
  data jsonb not null,
  request_id text not null,
  created_at timestamptz not null,
  primary key (team_id, environment, sequence),
  unique (team_id, environment, id)
);
create index events_of_type on events (team_id, environment, type, sequence);
create index events_of_resource on events (team_id, environment, resource_id, sequence);
create index events_age on events (created_at);

create table idempotency (
  team_id uuid not null references teams (id),
  environment text not null check (environment in ('live', 'test')),
  method text not null,
  path text not null,
  key text not null,
  request_digest bytea not null,
  status integer,
  reply bytea,
  request_id text not null,
  created_at timestamptz not null,
  primary key (team_id, environment, method, path, key)
);
create index idempotency_age on idempotency (created_at);
