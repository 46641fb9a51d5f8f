// Numbered SQL files, each run once, in a transaction with the row that says so.
import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';

const folder = new URL('./migrations/', import.meta.url);

/**
 * Brings the schema up to date. Processes that start together wait for each other at the row's key.
 * @throws Error when a newer version of this program has changed the schema
 */
export async function migrate(client: pg.PoolClient): Promise<void> {
  await createLedger(client);
  const { rows } = await client.query<{ name: string }>('select name from migrations');
  const done = new Set(rows.map(({ name }) => name));
  const known = readdirSync(folder).sort();
  refuseNewer([...done].filter((name) => !known.includes(name)).sort());
  for (const name of known) if (!done.has(name)) await run(client, name);
}

/** An older program would write rows that the newer schema does not expect. */
function refuseNewer(unknown: string[]): void {
  if (unknown.length === 0) return;
  throw new Error(
    `the database belongs to a newer version of this program: it has the migrations ${unknown.join(', ')}, which this version does not have. Start the newer version, or restore a backup of the database from before the upgrade`,
  );
}

/** `if not exists` alone is no protection from another process that does the same at the same moment. */
async function createLedger(client: pg.PoolClient): Promise<void> {
  await client
    .query('create table if not exists migrations (name text primary key, ran_at timestamptz not null)')
    .catch((error: { code?: string }) => {
      if (error.code !== '23505' && error.code !== '42P07') throw error;
    });
}

async function run(client: pg.PoolClient, name: string): Promise<void> {
  await client.query('begin');
  try {
    const { rowCount } = await client.query(
      'insert into migrations (name, ran_at) values ($1, $2) on conflict do nothing',
      [name, new Date()],
    );
    if (rowCount === 1) await client.query(readFileSync(new URL(name, folder), 'utf8'));
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
