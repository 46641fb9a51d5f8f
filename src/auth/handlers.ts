import type { AuthHandlers } from '../../generated/stubs.ts';
import type { Database } from '../storage/database.ts';
import { toUuid } from '../storage/ids.ts';

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

    async getMe({ caller, db }, reply) {
      const key = await db
        .selectFrom('api_keys')
        .select('user_id')
        .where('id', '=', toUuid(caller.keyId))
        .executeTakeFirstOrThrow();
      const { created_at: _, ...user } = await kysely
        .selectFrom('users')
        .selectAll()
        .where('id', '=', key.user_id)
        .executeTakeFirstOrThrow();
      return reply(200, user);
    },
  };
}
