// Opens PostgreSQL if DATABASE_URL is set, and otherwise the embedded database, with the same driver and the same SQL.
import { join } from 'node:path';
import { openEmbedded } from './embedded/open.ts';
import { openPostgres, type Storage, type StorageLog } from './postgres.ts';

const poolMax = 10;

export type StorageOptions = {
  databaseUrl: string | undefined;
  dataDir: string;
  statementTimeoutMs: number;
  log: StorageLog;
};

/**
 * Opens the store. `statementTimeoutMs` is the statement limit in milliseconds.
 * @throws Error if the embedded database is in use by another process or cannot be opened
 */
export async function openStorage({ databaseUrl, dataDir, statementTimeoutMs, log }: StorageOptions): Promise<Storage> {
  if (databaseUrl) return openPostgres({ url: databaseUrl, statementTimeoutMs, poolMax, log });
  return openEmbedded({ dataDir: join(dataDir, 'database'), statementTimeoutMs, log });
}
