import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoKeys } from '../../src/storage/demo/credentials.ts';
import { type Backend, clientOf, otherTeam, team } from '../support/client.ts';
import { type Home, limitsOf, newHome, type RunningPair, startPair } from '../support/home.ts';
import { stateOf } from '../support/tableTexts.ts';
import { only } from './only.ts';

const testData = '/api/v1/teams/{teamId}/test-data';
const tickets = '/api/v1/teams/{teamId}/tickets';
const events = '/api/v1/teams/{teamId}/events';
const params = { path: { teamId: team.id } }; // the teams of the demo have the same IDs everywhere

// Uses its own servers, because it would delete the data of other tests.
let home: Home;
let running: RunningPair;
const startAgain = async () => {
  running = await startPair(home, { limits: limitsOf(1_000_000) });
};

beforeAll(async () => {
  home = await newHome();
  await startAgain();
}, 60_000);

afterAll(async () => {
  await running.stop();
  await home.remove();
});

const backends: Backend[] = (['server', 'mock'] as const).map((name) => ({
  name,
  get url() {
    return running.pair[name];
  },
}));

describe.each(backends)('deleteTestData on $name', (backend) => {
  const withKey = (name: keyof DemoKeys, of = 0) => clientOf(backend, running.pair.demo.teams[of as 0 | 1].keys[name]);

  test.each([
    ['insufficient_permissions', 'a live key', 'secretLive'],
    ['insufficient_permissions', 'a key without the permission', 'ticketsReadOnly'],
    ['publishable_key_write', 'a publishable test key', 'publishableTest'],
    ['publishable_key_write', 'a publishable live key', 'publishableLive'],
  ] as const)('403 %s for %s', async (code, _whose, key) => {
    const { error, response } = await withKey(key).DELETE(testData, { params });
    expect(response.status).toBe(403);
    expect(error?.error.code).toBe(code);
  });

  test('403 team_access_denied for a key of another team', async () => {
    const { error, response } = await withKey('secretTest', 1).DELETE(testData, { params });
    expect(response.status).toBe(403);
    expect(error?.error.code).toBe('team_access_denied');
  });

  only(backend, 'keeps state')(
    '200 empties the test environment except for keys, their events and the audit log, and event numbers continue',
    async () => {
      await makeKey(withKey('secretTest'));
      const lastNumber = await writeSome(withKey('secretTest'));
      await writeSome(withKey('secretLive'));
      await writeSome(withKey('secretTest', 1), otherTeam.id);
      await running.stop();
      const before = await stateOf(home);
      await startAgain();

      const { data } = await withKey('secretTest').DELETE(testData, { params });
      expect(data?.data).toEqual({ deleted: true, environment: 'test' });
      const list = await withKey('secretTest').GET(tickets, { params });
      expect(list.data).toMatchObject({ data: [], pagination: { total: 0 } });
      await running.stop();
      const after = await stateOf(home);
      await startAgain();

      const mine = `(${team.id},test,`;
      for (const [table, rows] of Object.entries(before)) {
        const isKept = (row: string) => !row.startsWith(mine) || table === 'audit_log' || isKeyEvent(table, row);
        const counters = table === 'tenant_state' ? [`${mine}${lastNumber},0)`] : [];
        const left = after[table]?.filter((row) => !row.includes(',test_data.deleted,'));
        expect(left, table).toEqual([...rows.filter(isKept), ...counters].toSorted());
      }
      expect(before.events?.filter((row) => row.startsWith(mine) && isKeyEvent('events', row))).not.toEqual([]);
      for (const table of ['tickets', 'messages', 'customers', 'tags', 'articles', 'events', 'idempotency'])
        expect(
          before[table]?.filter((row) => row.startsWith(mine)),
          table,
        ).not.toEqual([]);
      expect(await writeSome(withKey('secretTest'))).toBe(lastNumber + 2);
    },
    60_000,
  );

  only(backend, 'keeps state')('200 creates one audit entry, which names the key and the team', async () => {
    const client = withKey('secretTest');
    const { data } = await client.DELETE(testData, { params });
    const query = { action: 'test_data.deleted', pageSize: 1 } as const;
    const log = await client.GET('/api/v1/teams/{teamId}/audit-log', { params: { ...params, query } });
    expect(log.data?.data).toEqual([
      expect.objectContaining({
        action: 'test_data.deleted',
        actor: { type: 'api_key', id: expect.stringMatching(/^key_/) },
        resource: { type: 'team', id: team.id },
        before: null,
        after: null,
        requestId: data?.meta.requestId,
      }),
    ]);
  });

  test('200 if there is no test data', async () => {
    const { data, response } = await withKey('secretTest').DELETE(testData, { params });
    const again = await withKey('secretTest').DELETE(testData, { params });
    expect([response.status, again.response.status]).toEqual([200, 200]);
    expect(again.data?.data).toEqual(data?.data);
  });
});

const isKeyEvent = (table: string, row: string): boolean => table === 'events' && row.includes(',api_key.');

async function makeKey(client: ReturnType<typeof clientOf>): Promise<void> {
  const body = { name: 'Kept', permissions: [] };
  await client.POST('/api/v1/teams/{teamId}/api-keys', { params, body });
}

/** Creates a ticket with a message, with an Idempotency-Key. Returns the number of the last event. */
async function writeSome(client: ReturnType<typeof clientOf>, teamId = team.id): Promise<number> {
  const path = { teamId };
  const header = { 'Idempotency-Key': crypto.randomUUID() };
  const { data: made } = await client.POST(tickets, { params: { path, header }, body: { title: 'x', tags: ['new'] } });
  const ticketId = made?.data.id as string; // the judge guarantees a ticket
  await client.POST(`${tickets}/{ticketId}/messages`, {
    params: { path: { teamId, ticketId } },
    body: { content: 'x' },
  });
  const { data: page } = await client.GET(events, { params: { path } });
  return page?.data.at(-1)?.sequence as number;
}
