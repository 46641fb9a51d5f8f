-- Text is stored as it was sent, and compared in Unicode normalization form NFC. These columns contain the NFC form if it differs
-- from the text, and null otherwise.
alter table tickets
  add column title_nfc text,
  add column customer_name_nfc text,
  add column tags_nfc text[];
update tickets
set title_nfc = nullif(normalize(title, NFC), title),
  customer_name_nfc = nullif(normalize(customer_name, NFC), customer_name),
  tags_nfc = nullif(
    array(select normalize(tag, NFC) from unnest(tags) with ordinality as each (tag, place) order by place), tags)
where title is not nfc normalized
  or customer_name is not nfc normalized
  or exists (select 1 from unnest(tags) as tag where tag is not nfc normalized);

-- The NFC form of its name identifies a tag. If a tag has several rows with different spellings, no row is deleted. The row in NFC,
-- or else the oldest row, is the tag that is used.
alter table tags drop constraint tags_team_id_environment_name_key, add column name_nfc text;
update tags set name_nfc = normalize(name, NFC)
where name is not nfc normalized and not exists (
  select 1 from tags as other
  where other.team_id = tags.team_id and other.environment = tags.environment
    and normalize(other.name, NFC) = normalize(tags.name, NFC)
    and (other.name is nfc normalized or other.id < tags.id)
);
create unique index tags_name on tags (team_id, environment, coalesce(name_nfc, name));

-- The readiness check updates this row to find out whether the database accepts writes.
create table readiness (
  id integer primary key,
  checked_at timestamptz not null
);
