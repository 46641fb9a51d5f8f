-- When a ticket changed in a way that publishable keys can see: not by an internal message, notes or an assignment.
alter table tickets add column public_updated_at timestamptz;
update tickets set public_updated_at = updated_at;
alter table tickets alter column public_updated_at set not null;
