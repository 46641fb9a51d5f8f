// The audit log of one team and environment. Entries are written with each change and never modified.
import type { Selectable } from 'kysely';
import type { components } from '../../generated/types.ts';
import type { Author, NewAuditEntry } from '../http/changes.ts';
import { actionsOf, prefixOf } from '../http/resourceTypes.ts';
import type { TenantDatabase } from '../storage/database.ts';
import { newUuid, toPrefixed, toUuid } from '../storage/ids.ts';
import type { Paging } from '../storage/page.ts';
import { auditKeptMs } from '../storage/retention.ts';
import { type Found, pageFrom } from '../storage/rows.ts';
import type { Tables } from '../storage/tables.ts';

type AuditEntry = components['schemas']['AuditEntry'];
type AuditRow = Selectable<Tables['audit_log']>;
export type AuditFilters = { action?: AuditEntry['action']; resource?: string };

/** Writes the entries of a change in its transaction. Changes by the operator have no request. */
export async function appendAudit(
  db: TenantDatabase,
  entries: NewAuditEntry[],
  { actor, requestId, now }: Omit<Author, 'requestId'> & { requestId: string | null },
): Promise<void> {
  if (entries.length === 0) return;
  const json = (state: object | null) => state && JSON.stringify(state);
  await db
    .insertInto('audit_log')
    .values(
      entries.map(({ action, resourceId, before, after }) => ({
        id: newUuid(now),
        action,
        actor_type: actor.type,
        actor_id: actor.id,
        resource_id: resourceId,
        before: json(before),
        after: json(after),
        request_id: requestId,
        created_at: now,
      })),
    )
    .execute();
}

/** Reads the audit entries of a tenant that are within the retention period at `now`. */
export function auditStore(db: TenantDatabase, now: Date) {
  const oldest = new Date(now.getTime() - auditKeptMs);
  const filtered = ({ action, resource }: AuditFilters) =>
    db
      .selectFrom('audit_log')
      .where('created_at', '>=', oldest)
      .$if(action !== undefined, (query) => query.where('action', '=', action as string))
      .$if(resource !== undefined, (query) =>
        query
          .where('resource_id', '=', toUuid(resource as string))
          .where('action', 'like', actionsOf(resource as string)),
      );

  return {
    /** Newest first. */
    list: (filters: AuditFilters, paging: Paging): Promise<Found<AuditRow>> => pageFrom(db, filtered(filters), paging),
  };
}

/** Maps a row to the contract's AuditEntry. */
export function toAuditEntry(row: AuditRow): AuditEntry {
  return {
    object: 'audit_entry',
    id: toPrefixed('aud', row.id),
    uuid: row.id,
    action: row.action as AuditEntry['action'],
    actor: { type: row.actor_type, id: row.actor_id },
    resource: resourceOf(row),
    before: row.before as AuditEntry['before'],
    after: row.after as AuditEntry['after'],
    requestId: row.request_id,
    createdAt: row.created_at.toISOString(),
  };
}

/** The first word of an action is the type of its resource. Test data belongs to the team, whose ID is a UUID. */
function resourceOf({ action, resource_id }: AuditRow): AuditEntry['resource'] {
  const [type = ''] = action.split('.');
  const prefix = prefixOf(type);
  return prefix ? { type, id: toPrefixed(prefix, resource_id) } : { type: 'team', id: resource_id };
}
