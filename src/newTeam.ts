// Creates a team with its owner and one key of each of the four kinds.
import { appendAudit } from './audit/auditStore.ts';
import { auditedOf } from './http/eventFields.ts';
import { unrestricted } from './http/restrictions.ts';
import { toApiKey } from './keys/apiKey.ts';
import { keyStore, type NewKey } from './keys/keyStore.ts';
import type { Database } from './storage/database.ts';
import { newUuid } from './storage/ids.ts';
import { type KeyKind, newSecret } from './storage/keyText.ts';
import type { Environment } from './storage/tenant.ts';

type Whole = Pick<Database, 'kysely' | 'of'>;
export type Team = { id: string; slug: string; name: string };
export type Owner = { email: string; firstName: string | null; lastName: string | null };

/** First source document: the four kinds of key. */
const kinds = {
  secretLive: { type: 'secret', environment: 'live' },
  secretTest: { type: 'secret', environment: 'test' },
  publishableLive: { type: 'publishable', environment: 'live' },
  publishableTest: { type: 'publishable', environment: 'test' },
} as const satisfies Record<string, KeyKind>;
export type FirstKeys = Record<keyof typeof kinds, string>;

/**
 * Creates a team in the transaction of `whole`.
 * @param secretOf the secret of each kind. Default: a new one
 * @returns the keys in plain text, which is the only time, and the owner's UUID
 * @throws PostgreSQL's 23505 if the slug is taken; Error if the owner is deactivated
 */
export async function newTeam(
  whole: Whole,
  { id, slug, name }: Team,
  owner: Owner,
  now: Date,
  secretOf: (name: keyof FirstKeys) => string = (name) => newSecret(kinds[name]),
): Promise<{ keys: FirstKeys; ownerId: string }> {
  const { kysely } = whole;
  await kysely.insertInto('teams').values({ id, slug, name, created_at: now }).execute();
  const ownerId = await personOf(kysely, owner, now);
  const keys: Partial<FirstKeys> = {};
  for (const kind of Object.keys(kinds) as (keyof FirstKeys)[]) {
    const { type, environment } = kinds[kind];
    const key = {
      user_id: ownerId,
      type,
      name: `First ${type} key`,
      permissions: null,
      restrictions: unrestricted,
    };
    keys[kind] = secretOf(kind);
    await issueKey(whole, { teamId: id, environment }, key, now, keys[kind]);
  }
  return { keys: keys as FirstKeys, ownerId }; // the loop has set every kind
}

/** The UUID of the person with this email address, who may already have teams. */
async function personOf(kysely: Whole['kysely'], { email, firstName, lastName }: Owner, now: Date): Promise<string> {
  const known = await kysely
    .selectFrom('users')
    .select(['id', 'is_active'])
    .where((where) => where(where.fn('lower', ['email']), '=', email.toLowerCase()))
    .executeTakeFirst();
  if (known && !known.is_active) throw new Error(`the user ${email} is deactivated`); // none of the keys would work
  if (known) return known.id;
  const id = newUuid(now);
  const names = { first_name: firstName, last_name: lastName };
  const person = { id, email, ...names, is_active: true, is_verified: false, created_at: now };
  await kysely.insertInto('users').values(person).execute();
  return id;
}

/** Creates a key on behalf of the operator, which the audit log records as `system`. */
export async function issueKey(
  { of }: Pick<Whole, 'of'>,
  tenant: { teamId: string; environment: Environment },
  key: NewKey,
  now: Date,
  secret: string,
): Promise<void> {
  const db = of(tenant);
  const { row } = await keyStore(db).add(key, now, secret);
  const after = auditedOf('ApiKey', toApiKey(row, now));
  const author = { actor: { type: 'system' as const, id: null }, requestId: null, now };
  await appendAudit(db, [{ action: 'api_key.created', resourceId: row.id, before: null, after }], author);
}
