import type { TeamsHandlers } from '../../generated/stubs.ts';
import { emptyTenant } from './testData.ts';

export const teamsHandlers: TeamsHandlers = {
  async deleteTestData({ caller, audit, afterCommit, now }, reply) {
    audit('test_data.deleted', caller.teamId, { before: null, after: null }); // before the first row is deleted
    afterCommit((step) => emptyTenant(step, now));
    return reply(200, { data: { deleted: true, environment: 'test' } });
  },
};
