-- Adds to API keys: the user of a key, its restrictions, its secrets, its usage, and the audit log.
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
-- Each existing team gets a user. The address ends in `.invalid`, so no mail can be delivered to it.
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
-- Null means all permissions of the key's type. Keys that had all earlier permissions of their type get null.
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

-- The secrets of keys. The current secret of a key has no `replaced_at`. Secrets that a rotation replaced work until they expire.
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

-- The IDs of the batches that were added to key_usage. If the connection is lost after the commit, the retry of a batch is not
-- added again.
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
