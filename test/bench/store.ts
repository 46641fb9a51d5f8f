// `npm run bench:store` measures the store at 1,000 and at 200,000 tickets, embedded and, with TEST_DATABASE_URL, on
// PostgreSQL. Rounds alternate between the small and the large database, so that a slow minute affects both. The
// results are reported and not asserted.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendEvents } from '../../src/events/eventStore.ts';
import { snapshotOf } from '../../src/http/eventFields.ts';
import { createDatabase, type Database } from '../../src/storage/database.ts';
import { toUuid } from '../../src/storage/ids.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openStorage } from '../../src/storage/open.ts';
import { toTicket } from '../../src/tickets/ticket.ts';
import { ticketStore } from '../../src/tickets/ticketStore.ts';
import { ownDatabase } from '../support/database.ts';
import { fill, tenant } from './fill.ts';

const sizes = [1_000, 200_000];
const rounds = Number(process.argv[2] ?? 7);
const callsPerRound = Number(process.argv[3] ?? 60);
const now = new Date(Date.UTC(2026, 5, 1));

type Subject = {
  store: string;
  size: number;
  database: Database;
  ids: string[];
  deep: { createdAt: string; id: string };
  close(): Promise<void>;
};
const first = { page: 1, pageSize: 20, after: undefined };
let turn = 0;

const cases: Record<string, (subject: Subject) => Promise<unknown>> = {
  create: ({ database }) =>
    database.write(tenant, async (db) => {
      const row = await ticketStore(db).add(
        { title: 'Cannot log in', customerId: null, assignedTo: null, tags: ['login'] },
        now,
      );
      await appendEvents(
        db,
        [{ type: 'ticket.created', resourceId: row.id, data: { ticket: snapshotOf('Ticket', toTicket(row)) } }],
        'req_000000000000',
        now,
      );
    }),
  get: ({ database, ids }) => ticketStore(database.of(tenant)).find(ids[(turn++ * 7919) % ids.length] as string),
  'first page': ({ database }) => ticketStore(database.of(tenant)).list({}, first),
  'page by cursor': ({ database, deep }) => ticketStore(database.of(tenant)).list({}, { ...first, after: deep }),
  'first page of a status': ({ database }) => ticketStore(database.of(tenant)).list({ status: 'open' }, first),
  search: ({ database }) => ticketStore(database.of(tenant)).list({ search: 'unusual' }, first),
};

const stores = process.env.TEST_DATABASE_URL ? ['embedded', 'postgres'] : ['embedded'];
for (const store of stores) {
  const subjects = [];
  for (const size of sizes) subjects.push(await open(store, size));
  report(store, await measure(subjects));
  for (const subject of subjects) await subject.close();
}

async function open(store: string, size: number): Promise<Subject> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cstar-bench-'));
  const own = await ownDatabase(store === 'postgres' ? process.env.TEST_DATABASE_URL : '');
  const storage = await openStorage({
    databaseUrl: own.url,
    dataDir,
    statementTimeoutMs: 60_000,
    log: { warn: console.warn },
  });
  await storage.unlimited(migrate);
  const database = createDatabase(storage.pool);
  const { ids, middle } = await fill(database, size);
  await storage.unlimited(async (client) => void (await client.query('vacuum analyze')));
  return {
    store,
    size,
    database,
    ids,
    deep: { createdAt: middle.created_at.toISOString(), id: toUuid(middle.id) },
    async close() {
      await storage.close();
      await own.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Microseconds per call, by case and size: the median of all rounds. */
async function measure(subjects: Subject[]): Promise<Map<string, number[]>> {
  const results = new Map<string, number[]>();
  for (const [name, call] of Object.entries(cases)) {
    const samples: number[][] = subjects.map(() => []);
    for (let round = -1; round < rounds; round++)
      for (const [i, subject] of subjects.entries()) {
        const calls = name === 'search' ? Math.ceil(callsPerRound / 20) : callsPerRound;
        const began = performance.now();
        for (let n = 0; n < calls; n++) await call(subject);
        if (round >= 0) samples[i]?.push(((performance.now() - began) * 1000) / calls); // the first round is a warm-up
      }
    results.set(
      name,
      samples.map((list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] as number),
    );
  }
  return results;
}

function report(store: string, results: Map<string, number[]>): void {
  console.log(`${store}: microseconds per call, median of ${rounds} rounds`);
  console.table(
    Object.fromEntries(
      [...results].map(([name, [small = 0, large = 0]]) => [
        name,
        { '1,000': Math.round(small), '200,000': Math.round(large), times: Number((large / small).toFixed(2)) },
      ]),
    ),
  );
}
