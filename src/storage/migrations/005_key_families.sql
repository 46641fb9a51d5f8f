-- A key that another key made shares that key's limit. Keys from before keep limits of their own.
alter table api_keys
  add column shares_limit_of uuid,
  add foreign key (team_id, environment, shares_limit_of) references api_keys (team_id, environment, id);
