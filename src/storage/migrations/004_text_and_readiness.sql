-- Text is stored as it was sent and compared in Unicode's form NFC. These columns hold the NFC form where it differs.
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

-- A tag is known by its name in NFC. A tag that existed in several spellings keeps its rows; one of them, the row in NFC or
-- else the oldest, is the tag from now on.
alter table tags drop constraint tags_team_id_environment_name_key, add column name_nfc text;
update tags set name_nfc = normalize(name, NFC)
where name is not nfc normalized and not exists (
  select 1 from tags as other
  where other.team_id = tags.team_id and other.environment = tags.environment
    and normalize(other.name, NFC) = normalize(tags.name, NFC)
    and (other.name is nfc normalized or other.id < tags.id)
);
create unique index tags_name on tags (team_id, environment, coalesce(name_nfc, name));

-- The row that readiness writes, to learn whether writes work.
create table readiness (
  id integer primary key,
  checked_at timestamptz not null
);
