// Stored responses for idempotency keys, in the same transaction as the write: the row is inserted before the work and completed
// before the commit.
import { sql } from 'kysely';
import type { TenantDatabase } from './database.ts';
import { repliesKeptMs } from './retention.ts';
import type { SecretBox } from './secretBox.ts';

export type StoredReply = {
  status: number;
  body: string;
  mediaType?: string;
  headers?: Record<string, string>;
  requestId: string;
};
/** What is encrypted of a response. */
type Sealed = Pick<StoredReply, 'body' | 'mediaType' | 'headers'>;
export type RepetitionKey = { method: string; path: string; key: string; digest: Buffer };
/**
 * The result of claiming a key: it was not used before, it was used for the same request, the stored reply to the same request cannot
 * be decrypted, or it was used for another request.
 */
export type Claim =
  | { before: 'nothing' }
  | { before: 'same'; reply: StoredReply }
  | { before: 'unreadable'; requestId: string; cause: unknown }
  | { before: 'other' };

/**
 * Claims the key for this transaction. Waits for another transaction that has claimed it.
 * @param once `waitUntil` is the deadline, on the clock of `performance.now()`
 * @throws PostgreSQL's 55P03 at the deadline
 */
export async function claimKey(
  db: TenantDatabase,
  box: SecretBox,
  once: RepetitionKey & { waitUntil: number },
  requestId: string,
  now: Date,
): Promise<Claim> {
  const { method, path, key, digest, waitUntil } = once;
  const waitMs = Math.max(1, Math.ceil(waitUntil - performance.now())); // 0 would mean no timeout
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
    .returning(sql`set_config('lock_timeout', '0', true)`.as('unlimited')) // the timeout applies only to the key
    .executeTakeFirst();
  if (claimed) return { before: 'nothing' };
  const row = await rowOf(db, once).selectAll().executeTakeFirstOrThrow();
  if (!row.request_digest.equals(digest) || !row.reply || !row.status) return { before: 'other' };
  const { status, reply, request_id } = row;
  try {
    const sealed = JSON.parse(box.open(reply, contextOf(db, once))) as Sealed;
    return { before: 'same', reply: { ...sealed, status, requestId: request_id } };
  } catch (cause) {
    return { before: 'unreadable', requestId: request_id, cause };
  }
}

/** Stores the response under the key that this transaction has claimed. */
export async function keepReply(
  db: TenantDatabase,
  box: SecretBox,
  once: RepetitionKey,
  { status, body, mediaType, headers }: StoredReply,
): Promise<void> {
  const { method, path, key } = once;
  const sealed = JSON.stringify({ body, mediaType, headers });
  await db
    .updateTable('idempotency')
    .set({ status, reply: box.seal(sealed, contextOf(db, once)) })
    .where('method', '=', method)
    .where('path', '=', path)
    .where('key', '=', key)
    .execute();
}

const rowOf = (db: TenantDatabase, { method, path, key }: RepetitionKey) =>
  db.selectFrom('idempotency').where('method', '=', method).where('path', '=', path).where('key', '=', key);

/** Binds a reply to its row: copied into another row, it cannot be decrypted. */
const contextOf = ({ tenant }: TenantDatabase, { method, path, key }: RepetitionKey): string =>
  [tenant.teamId, tenant.environment, method, path, key].join('\n');
