import type { AuthHandlers } from '../../generated/stubs.ts';
import { Problem } from '../http/problem.ts';
import type { Database } from '../storage/database.ts';
import { isOurs, toPrefixed, toUuid } from '../storage/ids.ts';

/** Handlers of the operations for the caller's identity and for users. */
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

    async getUser({ path, db }, reply) {
      const user = await db
        .selectFrom('api_keys')
        .innerJoin('users', 'users.id', 'user_id')
        .selectAll('users')
        .where('users.id', '=', toUuid(path.userId))
        .executeTakeFirst();
      if (!user || !isOurs(user.id)) throw new Problem('resource_missing', { param: 'userId' });
      return reply(200, {
        data: {
          object: 'user',
          id: toPrefixed('usr', user.id),
          uuid: user.id,
          email: user.email,
          firstName: user.first_name,
          lastName: user.last_name,
          isActive: user.is_active,
          isVerified: user.is_verified,
        },
      });
    },
  };
}
