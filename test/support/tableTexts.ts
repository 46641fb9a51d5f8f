// The complete content of a database as text, to compare or search it.
import type pg from 'pg';
import type { Home } from './home.ts';

/** The rows of every table, in a fixed order. Values are formatted by PostgreSQL, bytes in hexadecimal. */
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

/** The same for a home without a running server. */
export async function textsOfRows({ open }: Pick<Home, 'open'>): Promise<Record<string, string[]>> {
  const storage = await open();
  const texts = await tableTexts(storage.pool);
  await storage.close();
  return texts;
}

/** The same without the last use of a key, which every request changes. It is the second-last column. */
export async function stateOf(home: Pick<Home, 'open'>): Promise<Record<string, string[]>> {
  const { key_usage: _, usage_batches: __, api_keys: keys = [], ...rest } = await textsOfRows(home);
  return { ...rest, api_keys: keys.map((row) => row.replace(/,[^,]*(,[^,]*\))$/, '$1')) };
}
