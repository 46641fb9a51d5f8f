import { describe, expect, test } from 'vitest';
import { backends, clientOf, open } from '../support/client.ts';
import { only } from './only.ts';

const facts = [
  { name: 'secretLive', keyType: 'secret', environment: 'live' },
  { name: 'secretTest', keyType: 'secret', environment: 'test' },
  { name: 'publishableLive', keyType: 'publishable', environment: 'live' },
  { name: 'publishableTest', keyType: 'publishable', environment: 'test' },
  { name: 'ticketsReadOnly', keyType: 'secret', environment: 'test' },
] as const;
const cases = open.demo.teams.flatMap((team) => facts.map((fact) => ({ ...fact, team, slug: team.slug })));

describe.each(backends)('getIdentity on $name', (backend) => {
  test.each(cases)(
    '200 returns the team, key type and environment of $name of $slug',
    async ({ name, keyType, environment, team }) => {
      const { data, response } = await clientOf(backend, team.keys[name]).GET('/api/v1/auth/whoami');
      expect(response.status).toBe(200);
      expect(data?.data).toMatchObject({ teamId: team.id, keyType, environment });
    },
  );

  only(backend, 'knows its team').each(open.demo.teams)(
    '200 returns the name and slug of $slug',
    async ({ name, slug, keys }) => {
      const { data } = await clientOf(backend, keys.secretTest).GET('/api/v1/auth/whoami');
      expect(data?.data).toMatchObject({ teamName: name, teamSlug: slug });
    },
  );
});
