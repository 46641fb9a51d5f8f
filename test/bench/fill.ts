// A tenant with many tickets.
import type { Database } from '../../src/storage/database.ts';
import { newUuid } from '../../src/storage/ids.ts';
import type { Tenant } from '../../src/storage/tenant.ts';

export const tenant: Tenant = { teamId: '019470a1-2b3c-8d4e-9f50-a1b2c3d4e5f6', environment: 'test' };
const start = Date.UTC(2026, 0, 1);
const rowsAtOnce = 1_000;
const statuses = ['new', 'open', 'pending', 'resolved', 'closed'] as const;

/** @returns some IDs, spread over all tickets, and the row in the middle */
export async function fill(
  database: Database,
  tickets: number,
): Promise<{ ids: string[]; middle: { id: string; created_at: Date } }> {
  await database.kysely
    .insertInto('teams')
    .values({ id: tenant.teamId, slug: 'acme', name: 'Acme', created_at: new Date(start) })
    .execute();
  const db = database.of(tenant);
  const row = (i: number) => {
    const created_at = new Date(start + i * 1_000);
    const status = statuses[i % statuses.length] as (typeof statuses)[number];
    return {
      id: newUuid(created_at, () => i),
      title: i % 997 === 0 ? `An unusual question (${i})` : `Where is my invoice (${i})`,
      status,
      priority: 'normal' as const,
      customer_id: null,
      customer_name: `Customer ${i % 500}`,
      assigned_to: null,
      tags: ['billing'],
      notes: null,
      message_count: 0,
      response_deadline: null,
      resolution_deadline: null,
      response_tier: null,
      resolution_tier: null,
      sla_paused: false,
      first_response_at: null,
      metadata: '{}',
      created_at,
      updated_at: created_at,
      public_updated_at: created_at,
      closed_at: null,
    };
  };
  const ids: string[] = [];
  for (let from = 0; from < tickets; from += rowsAtOnce) {
    const rows = Array.from({ length: Math.min(rowsAtOnce, tickets - from) }, (_, i) => row(from + i));
    await db.insertInto('tickets').values(rows).execute();
    ids.push(...rows.filter((_, i) => i % 100 === 0).map(({ id }) => id));
  }
  await db.insertInto('tenant_state').values({ last_sequence: 0, tickets }).execute();
  return { ids, middle: row(Math.floor(tickets / 2)) };
}
