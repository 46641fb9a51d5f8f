import type { TeamsHandlers } from '../../generated/stubs.ts';

/** In an order that foreign keys allow. */
const tables = ['messages', 'tickets', 'customers', 'tags', 'articles', 'events', 'idempotency'] as const;

export const teamsHandlers: TeamsHandlers = {
  async deleteTestData({ db }, reply) {
    await db.lock(); // else one could commit between two of these statements
    for (const table of tables) await db.deleteFrom(table).execute();
    await db.updateTable('tenant_state').set({ tickets: 0 }).execute();
    return reply(200, { data: { deleted: true, environment: 'test' } });
  },
};
