import { describe, expect, test } from 'vitest';
import { backends, clientOf, keys, team } from '../support/client.ts';
import { only } from './only.ts';
import { ticketsOf } from './ticketsWithEvents.ts';

const one = '/api/v1/teams/{teamId}/events/{eventId}';
const unknown = 'evt_0000000000000000000000';

describe.each(backends)('getEvent on $name', (backend) => {
  const get = (eventId: string, key: string = keys.secretTest) =>
    clientOf(backend, key).GET(one, { params: { path: { teamId: team.id, eventId } } });

  test('200 returns the event as in the list', async () => {
    const tickets = ticketsOf(backend);
    await tickets.create();
    const [listed] = await tickets.events({ pageSize: 1 });
    const { data, response } = await get(listed?.id);
    expect(response.status).toBe(200);
    expect(data?.data).toEqual(listed);
  });

  test('200 returns the event with the requested ID', async () => {
    const [listed] = await ticketsOf(backend).events({ pageSize: 1 });
    expect((await get(listed?.id)).data?.data.id).toBe(listed?.id);
  });

  only(backend, 'looks data up')(
    '404 for an event that does not exist and for an event of the other environment',
    async () => {
      const live = ticketsOf(backend, keys.secretLive);
      const { id } = await live.create();
      const [event] = await live.events({ resource: id });
      expect((await get(event?.id, keys.secretLive)).response.status).toBe(200);
      for (const eventId of [unknown, event?.id as string]) {
        const { error, response } = await get(eventId);
        expect(response.status).toBe(404);
        expect(error?.error).toMatchObject({ code: 'resource_missing', param: 'eventId' });
      }
    },
  );

  test.each(['evt_1', `tkt_${'0'.repeat(22)}`, `evt_${'-'.repeat(22)}`])('400 for %s', async (eventId) => {
    const { error, response } = await get(eventId);
    expect(response.status).toBe(400);
    expect(error?.error).toMatchObject({ code: 'parameter_invalid', param: 'eventId' });
  });

  test.each(['publishableTest', 'ticketsReadOnly'] as const)('403 for the key %s', async (name) => {
    const { error, response } = await get(unknown, keys[name]);
    expect([response.status, error?.error.code]).toEqual([403, 'insufficient_permissions']);
  });
});
