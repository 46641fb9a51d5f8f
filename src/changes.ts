// One write: the change, its audit entries, its events, commit. Listeners are called after the commit.
import { appendAudit } from './audit/auditStore.ts';
import { appendEvents } from './events/eventStore.ts';
import type { Change, MakeChange, NewAuditEntry, NewEvent, Step } from './http/changes.ts';
import type { Database } from './storage/database.ts';

/** @param heard called with the events of a change after its commit */
export function createChanges(database: Database, heard: (events: NewEvent[]) => void): MakeChange {
  return async (tenant, author, work) => {
    const { result, events, later } = await database.write(tenant, async (db) => {
      const events: NewEvent[] = [];
      const entries: NewAuditEntry[] = [];
      const later: Parameters<Change['afterCommit']>[0][] = [];
      const result = await work({
        db,
        emit: (type, resourceId, data) => void events.push({ type, resourceId, data }),
        audit: (action, resourceId, states) => void entries.push({ action, resourceId, ...states }),
        afterCommit: (work) => void later.push(work),
      });
      await appendAudit(db, entries, author);
      await appendEvents(db, events, author.requestId, author.now); // last, because it takes the lock that all writes of the tenant need
      return { result, events, later };
    });
    heard(events);
    const step: Step = (run) => database.write(tenant, run);
    for (const work of later) await work(step);
    return result;
  };
}
