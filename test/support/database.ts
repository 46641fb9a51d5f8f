// A database for one test, on the server in TEST_DATABASE_URL, or an embedded one.
import { randomBytes } from 'node:crypto';
import pg from 'pg';

export type OwnDatabase = { url: string | undefined; drop(): Promise<void> };

/** @param server the URL of a PostgreSQL server; '' means the embedded database */
export async function ownDatabase(server = process.env.TEST_DATABASE_URL ?? ''): Promise<OwnDatabase> {
  if (!server) return { url: undefined, async drop() {} };
  const name = `cstar_test_${randomBytes(6).toString('hex')}`;
  const run = async (statement: string) => {
    const client = new pg.Client(server);
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await run(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(`drop database ${name} with (force)`) };
}
