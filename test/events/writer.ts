// Writes events in transactions that pause before they commit. As a program, it is one of several writers. Arguments:
// the URL of the database, a name, the number of events, the team, and the data of an event as JSON.
import { randomInt } from 'node:crypto';
import { sql } from 'kysely';
import { pino } from 'pino';
import { appendEvents } from '../../src/events/eventStore.ts';
import { newRequestId } from '../../src/http/stages.ts';
import { createDatabase, type Database } from '../../src/storage/database.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import type { Tenant } from '../../src/storage/tenant.ts';
import type { Node } from '../support/judge.ts';

const connections = 5;
const eventsAtOnceMax = 5;
const pauseMsMax = 4;

/** The title of each event is the name and a unique number. */
export async function writeEvents(
  database: Database,
  tenant: Tenant,
  { name, count, data }: { name: string; count: number; data: Node },
): Promise<void> {
  let written = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (written < count) {
        const size = Math.min(count - written, 1 + randomInt(eventsAtOnceMax));
        const first = written;
        written += size;
        const events = Array.from({ length: size }, (_, i) => ({
          type: 'ticket.assigned' as const,
          resourceId: data.ticket.uuid,
          data: { ticket: { ...data.ticket, title: `${name} ${first + i}` } },
        }));
        await database.write(tenant, async (db) => {
          const pause = () => db.run(sql`select pg_sleep(${randomInt(pauseMsMax)} / 1000.0)`);
          await pause(); // so that they reach the lock in another order than they started
          await appendEvents(db, events, newRequestId(), new Date());
          await pause(); // and the commit is delayed
        });
      }
    }),
  );
}

if (import.meta.main) {
  const [, , url = '', name = '', count, teamId = '', data = ''] = process.argv;
  const storage = openPostgres({
    url,
    statementTimeoutMs: 60_000,
    poolMax: connections,
    log: pino({ level: 'silent' }),
  });
  const tenant: Tenant = { teamId, environment: 'test' };
  await writeEvents(createDatabase(storage.pool), tenant, { name, count: Number(count), data: JSON.parse(data) });
  await storage.close();
}
