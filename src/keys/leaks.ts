// Handles reports of keys that were found in public (GitHub's secret scanning partner program).
import type { operations } from '../../generated/types.ts';
import type { Author, MakeChange } from '../http/changes.ts';
import { digestOf } from '../http/keyring.ts';
import type { Handler } from '../http/operation.ts';
import { Problem } from '../http/problem.ts';
import type { Database } from '../storage/database.ts';
import { keyStore } from './keyStore.ts';
import { record } from './record.ts';
import type { Reporters } from './reporters.ts';

export type LeakReports = Handler<operations['reportLeakedKeys']>;

/**
 * Handles a leak report: checks its signature, disables leaked secrets, and returns a verdict per token.
 * @throws 403 `invalid_signature` if no registered partner signed the report
 */
export function leakReports({ kysely }: Database, change: MakeChange, reporters: Reporters): LeakReports {
  return async ({ body, headers, raw, requestId, now }, reply) => {
    const { 'Github-Public-Key-Identifier': id, 'Github-Public-Key-Signature': signature } = headers;
    if (!raw || !reporters.haveSigned(id, signature, raw)) throw new Problem('invalid_signature');
    const author: Author = { actor: { type: 'leak_reporter', id }, requestId, now };
    const verdicts = [];
    for (const { token, type } of body) {
      const digest = digestOf(token);
      const isOurs = await endSecret(digest, author);
      verdicts.push({
        token_hash: digest.toString('hex'),
        token_type: type,
        label: isOurs ? ('true_positive' as const) : ('false_positive' as const),
      });
    }
    return reply(200, verdicts);
  };

  /** Disables a leaked secret if it still works. Returns whether the token is a secret of this API. */
  async function endSecret(digest: Buffer, author: Author): Promise<boolean> {
    const found = await kysely
      .selectFrom('key_secrets')
      .select(['team_id', 'environment', 'key_id', 'expires_at'])
      .where('digest', '=', digest)
      .executeTakeFirst();
    if (!found) return false;
    const { team_id: teamId, environment, key_id: keyId, expires_at } = found;
    if (expires_at && expires_at <= author.now) return true;
    await change({ teamId, environment }, author, async (made) => {
      const keys = keyStore(made.db);
      const before = await keys.lock(keyId);
      if (!before || before.revoked_at) return;
      const after = await keys.burn(before, digest, author.now);
      if (after) record(made, 'api_key.leaked', before, after, author.now);
    });
    return true;
  }
}
