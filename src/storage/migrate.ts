// Numbered SQL files, each run once, in a transaction with the row that says so.
import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';

const folder = new URL('./migrations/', import.meta.url);

/** Brings the schema up to date. Processes that start together wait for each other at the row's key. */
export async function migrate(client: pg.PoolClient): Promise<void> {
  await createLedger(client);
  const { rows } = await client.query<{ name: string }>('select name from migrations');
  const done = new Set(rows.map(({ name }) => name));
  for (const name of readdirSync(folder).sort()) if (!done.has(name)) await run(client, name);
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
