// Runs numbered SQL files once each, in one transaction with the row that records it.
import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';

const folder = new URL('./migrations/', import.meta.url);

/**
 * Runs the migrations that the database does not have yet. If several processes start together, one runs a migration and the others
 * wait for it.
 * @throws Error if a newer version of this program has changed the schema
 */
export async function migrate(client: pg.PoolClient): Promise<void> {
  await createLedger(client);
  const { rows } = await client.query<{ name: string }>('select name from migrations');
  const done = new Set(rows.map(({ name }) => name));
  const known = readdirSync(folder).sort();
  refuseNewer([...done].filter((name) => !known.includes(name)).sort());
  for (const name of known) if (!done.has(name)) await run(client, name);
}

/** Rejects a newer schema. Rows that this version writes could be invalid in it. */
function refuseNewer(unknown: string[]): void {
  if (unknown.length === 0) return;
  throw new Error(
    `the database belongs to a newer version of this program: it has the migrations ${unknown.join(', ')}, which this version does not have. Start the newer version, or restore a backup of the database from before the upgrade`,
  );
}

/** `if not exists` does not protect against another process that creates the table at the same time. */
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
