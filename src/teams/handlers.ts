import type { TeamsHandlers } from '../../generated/stubs.ts';

/** In an order that foreign keys allow. */
const tables = ['messages', 'tickets', 'customers', 'tags', 'articles', 'events', 'idempotency'] as const;

export const teamsHandlers: TeamsHandlers = {
  async deleteTestData({ db }, reply) {
    // Every write ends with this row: held from the start, none commits between two of these statements.
    await db
      .insertInto('tenant_state')
      .values({ last_sequence: 0, tickets: 0 })
      .onConflict((conflict) =>
        conflict
          .columns(['team_id', 'environment'])
          .doUpdateSet((row) => ({ tickets: row.ref('tenant_state.tickets') })),
      )
      .execute();
    for (const table of tables) await db.deleteFrom(table).execute();
    await db.updateTable('tenant_state').set({ tickets: 0 }).execute();
    return reply(200, { data: { deleted: true, environment: 'test' } });
  },
};
