-- Teams and members belong to no environment. Every other table in this file belongs to a tenant: (team_id, environment).
create table teams (
  id uuid primary key,
  slug text not null unique,
  name text not null,
  created_at timestamptz not null
);

create table members (
  team_id uuid not null references teams (id),
  id uuid not null,
  name text not null,
  primary key (team_id, id)
);

create table api_keys (
  id uuid primary key,
  team_id uuid not null references teams (id),
  environment text not null check (environment in ('live', 'test')),
  type text not null check (type in ('secret', 'publishable')),
  name text not null,
  digest bytea not null unique,
  last_four text not null,
  permissions text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz
);

create table customers (
  team_id uuid not null references teams (id),
  environment text not null check (environment in ('live', 'test')),
  id uuid not null,
  name text not null,
  email text not null,
  created_at timestamptz not null,
  primary key (team_id, environment, id)
);
create unique index customers_email on customers (team_id, environment, lower(email));

create table tags (
  team_id uuid not null references teams (id),
  environment text not null check (environment in ('live', 'test')),
  id uuid not null,
  name text not null,
  primary key (team_id, environment, id),
  unique (team_id, environment, name)
);

create table tickets (
  team_id uuid not null references teams (id),
  environment text not null check (environment in ('live', 'test')),
  id uuid not null,
  title text not null,
  status text not null,
  priority text not null,
  customer_id uuid,
  customer_name text,
  assigned_to uuid,
  tags text[] not null,
  notes text,
  message_count integer not null,
  response_deadline timestamptz,
  resolution_deadline timestamptz,
  response_tier text,
  resolution_tier text,
  sla_paused boolean not null,
  first_response_at timestamptz,
  metadata jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  closed_at timestamptz,
  primary key (team_id, environment, id),
  foreign key (team_id, environment, customer_id) references customers (team_id, environment, id),
  foreign key (team_id, assigned_to) references members (team_id, id)
);
create index tickets_newest on tickets (team_id, environment, created_at desc, id desc);
create index tickets_customer on tickets (team_id, environment, customer_id, created_at desc, id desc);
create index tickets_assigned on tickets (team_id, environment, assigned_to, created_at desc, id desc);
create index tickets_status on tickets (team_id, environment, status, created_at desc, id desc);

create table messages (
  team_id uuid not null,
  environment text not null,
  ticket_id uuid not null,
  id uuid not null,
  content text not null,
  sender text not null,
  sender_name text,
  is_internal boolean not null,
  created_at timestamptz not null,
  primary key (team_id, environment, id),
  foreign key (team_id, environment, ticket_id) references tickets (team_id, environment, id) on delete cascade
);
create index messages_of_ticket on messages (team_id, environment, ticket_id, created_at, id);

create table articles (
  team_id uuid not null references teams (id),
  environment text not null check (environment in ('live', 'test')),
  id uuid not null,
  slug text not null,
  title text not null,
  excerpt text not null,
  content text not null,
  status text not null,
  is_public boolean not null,
  tags text[] not null,
  notes text,
  meta_description text,
  metadata jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  published_at timestamptz,
  primary key (team_id, environment, id),
  unique (team_id, environment, slug)
);
create index articles_published on articles (team_id, environment, published_at desc, id desc);
