-- The time of the last change that publishable keys can see. Internal messages, notes and assignments do not change it.
alter table tickets add column public_updated_at timestamptz;
update tickets set public_updated_at = updated_at;
alter table tickets alter column public_updated_at set not null;
