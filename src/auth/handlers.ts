import type { AuthHandlers } from '../../generated/stubs.ts';
import type { Database } from '../storage/database.ts';

export function authHandlers({ kysely }: Database): AuthHandlers {
  return {
    async getIdentity({ caller }, reply) {
      const team = await kysely
        .selectFrom('teams')
        .select(['id', 'name', 'slug'])
        .where('id', '=', caller.teamId)
        .executeTakeFirstOrThrow();
      return reply(200, {
        data: {
          teamId: team.id,
          teamName: team.name,
          teamSlug: team.slug,
          keyType: caller.type,
          environment: caller.environment,
        },
      });
    },
  };
}
