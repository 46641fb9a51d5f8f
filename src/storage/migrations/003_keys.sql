-- The life of a key: who stands behind it, what it is restricted to, its secrets, what it was used for, who changed it.
create table users (
  id uuid primary key,
  email text not null,
  first_name text,
  last_name text,
  is_active boolean not null,
  is_verified boolean not null,
  created_at timestamptz not null
);
create unique index users_email on users (lower(email));
-- Teams from before there were people: a person of their own, whom no mail can reach.
insert into users (id, email, is_active, is_verified, created_at)
select id, 'owner@' || slug || '.invalid', true, false, created_at from teams;

alter table api_keys
  add column user_id uuid references users (id),
  add column restrictions jsonb not null default '{"ipAddresses": [], "referrers": [], "endpoints": []}',
  add column rate_limit integer,
  add column is_active boolean not null default true,
  add column secret_created_at timestamptz,
  add column previous_expires_at timestamptz,
  add column last_used_at timestamptz,
  add unique (team_id, environment, id);
update api_keys set user_id = team_id, secret_created_at = created_at;
-- Null is all that its type can have: what a key could do everything with, it can do everything with.
alter table api_keys alter column permissions drop not null;
update api_keys set permissions = null
where type = 'secret' and permissions @> '{tickets:read,tickets:write,events:read,testdata:write}'
  or type = 'publishable' and permissions @> '{tickets:read}';
alter table api_keys
  alter column user_id set not null,
  alter column secret_created_at set not null,
  alter column restrictions drop default,
  alter column is_active drop default;
create index api_keys_newest on api_keys (team_id, environment, created_at desc, id desc);

-- A key has the secret that it was made with or rotated to last (`replaced_at` is null), and earlier ones until they expire.
create table key_secrets (
  digest bytea primary key,
  team_id uuid not null,
  environment text not null,
  key_id uuid not null,
  created_at timestamptz not null,
  replaced_at timestamptz,
  expires_at timestamptz,
  foreign key (team_id, environment, key_id) references api_keys (team_id, environment, id)
);
create index key_secrets_of_key on key_secrets (team_id, environment, key_id);
insert into key_secrets (digest, team_id, environment, key_id, created_at)
select digest, team_id, environment, id, created_at from api_keys;
alter table api_keys drop column digest;

create table key_usage (
  team_id uuid not null,
  environment text not null,
  key_id uuid not null,
  hour timestamptz not null,
  operation_id text not null,
  requests bigint not null,
  client_errors bigint not null,
  rate_limited bigint not null,
  server_errors bigint not null,
  primary key (team_id, environment, key_id, hour, operation_id),
  foreign key (team_id, environment, key_id) references api_keys (team_id, environment, id)
);
create index key_usage_age on key_usage (hour);

-- Which batches of uses are in key_usage, so that one whose answer was lost is not added twice.
create table usage_batches (
  team_id uuid not null,
  environment text not null,
  id uuid not null,
  written_at timestamptz not null,
  primary key (team_id, environment, id)
);
create index usage_batches_age on usage_batches (written_at);

create table audit_log (
  team_id uuid not null references teams (id),
  environment text not null check (environment in ('live', 'test')),
  id uuid not null,
  action text not null,
  actor_type text not null,
  actor_id text,
  resource_id uuid not null,
  before json,
  after json,
  request_id text,
  created_at timestamptz not null,
  primary key (team_id, environment, id)
);
create index audit_log_newest on audit_log (team_id, environment, created_at desc, id desc);
create index audit_log_of_resource on audit_log (team_id, environment, resource_id, created_at desc, id desc);
create index audit_log_of_action on audit_log (team_id, environment, action, created_at desc, id desc);
create index audit_log_age on audit_log (created_at);
