// First answers, kept with the write that they answer: the row is claimed before the work and filled in before the commit.
import { sql } from 'kysely';
import type { TenantDatabase } from './database.ts';
import { repliesKeptMs } from './retention.ts';
import type { SecretBox } from './secretBox.ts';

export type StoredReply = { status: number; body: string; requestId: string };
export type RepetitionKey = { method: string; path: string; key: string; digest: Buffer };
/** What claiming a key finds: nobody before, the same request before, the same with a reply that cannot be read, another one before. */
export type Claim =
  | { before: 'nothing' }
  | { before: 'same'; reply: StoredReply }
  | { before: 'unreadable'; requestId: string; cause: unknown }
  | { before: 'other' };

/**
 * Takes the key for this transaction. Another transaction that has it makes this one wait.
 * @param once `waitUntil` is the end of the wait, on the clock of `performance.now()`
 * @throws PostgreSQL's 55P03 then
 */
export async function claimKey(
  db: TenantDatabase,
  box: SecretBox,
  once: RepetitionKey & { waitUntil: number },
  requestId: string,
  now: Date,
): Promise<Claim> {
  const { method, path, key, digest, waitUntil } = once;
  const waitMs = Math.max(1, Math.ceil(waitUntil - performance.now())); // 0 would be without end
  await db.run(sql`select set_config('lock_timeout', ${`${waitMs}ms`}, true)`);
  const expired = new Date(now.getTime() - repliesKeptMs);
  const claimed = await db
    .insertInto('idempotency')
    .values({
      method,
      path,
      key,
      request_digest: digest,
      status: null,
      reply: null,
      request_id: requestId,
      created_at: now,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['team_id', 'environment', 'method', 'path', 'key'])
        .doUpdateSet({ request_digest: digest, status: null, reply: null, request_id: requestId, created_at: now })
        .where('idempotency.created_at', '<', expired),
    )
    .returning(sql`set_config('lock_timeout', '0', true)`.as('unlimited')) // the wait is for the key alone
    .executeTakeFirst();
  if (claimed) return { before: 'nothing' };
  const row = await rowOf(db, once).selectAll().executeTakeFirstOrThrow();
  if (!row.request_digest.equals(digest) || !row.reply || !row.status) return { before: 'other' };
  const { status, reply, request_id } = row;
  try {
    const body = box.open(reply, contextOf(db, once));
    return { before: 'same', reply: { status, body, requestId: request_id } };
  } catch (cause) {
    return { before: 'unreadable', requestId: request_id, cause };
  }
}

/** Keeps the answer under the key that this transaction has claimed. */
export async function keepReply(
  db: TenantDatabase,
  box: SecretBox,
  once: RepetitionKey,
  { status, body }: StoredReply,
): Promise<void> {
  const { method, path, key } = once;
  await db
    .updateTable('idempotency')
    .set({ status, reply: box.seal(body, contextOf(db, once)) })
    .where('method', '=', method)
    .where('path', '=', path)
    .where('key', '=', key)
    .execute();
}

const rowOf = (db: TenantDatabase, { method, path, key }: RepetitionKey) =>
  db.selectFrom('idempotency').where('method', '=', method).where('path', '=', path).where('key', '=', key);

/** A reply copied into another row does not open there. */
const contextOf = ({ tenant }: TenantDatabase, { method, path, key }: RepetitionKey): string =>
  [tenant.teamId, tenant.environment, method, path, key].join('\n');
