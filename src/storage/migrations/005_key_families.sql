-- A key shares the rate limit of the key that created it. Existing keys do not share a limit.
alter table api_keys
  add column shares_limit_of uuid,
  add foreign key (team_id, environment, shares_limit_of) references api_keys (team_id, environment, id);
