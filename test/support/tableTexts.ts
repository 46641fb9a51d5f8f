// Everything that a database holds, as text: to compare it, or to search it.
import type pg from 'pg';
import type { Home } from './home.ts';

/** The rows of every table, in one order. Values come out as PostgreSQL writes them; bytes as hex. */
async function tableTexts(pool: pg.Pool): Promise<Record<string, string[]>> {
  const texts: Record<string, string[]> = {};
  const { rows: tables } = await pool.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public' order by 1",
  );
  for (const { name } of tables) {
    const { rows } = await pool.query<{ text: string }>(`select t::text as text from "${name}" as t order by 1`);
    texts[name] = rows.map(({ text }) => text);
  }
  return texts;
}

/** The same of a home in which no server runs. */
export async function rowsOf({ open }: Pick<Home, 'open'>): Promise<Record<string, string[]>> {
  const storage = await open();
  const texts = await tableTexts(storage.pool);
  await storage.close();
  return texts;
}

/** The same without what every request changes: that its key was used, which is the last column of its row but one. */
export async function stateOf(home: Pick<Home, 'open'>): Promise<Record<string, string[]>> {
  const { key_usage: _, usage_batches: __, api_keys: keys = [], ...rest } = await rowsOf(home);
  return { ...rest, api_keys: keys.map((row) => row.replace(/,[^,]*(,[^,]*\))$/, '$1')) };
}
