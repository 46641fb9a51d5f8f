import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OwnStore, openOwnStore, serve } from '../idempotency/ownServer.ts';
import { type Backend, backends, keys, otherTeam, send, team } from '../support/client.ts';
import { type ApiKey, got, inDays, keysBy, newKey, told, withoutSecret } from './apiKeys.ts';
import { only } from './only.ts';

describe.each(backends)('listApiKeys on $name', (backend) => {
  const stateful = only(backend, 'keeps state');
  const { list, change, revoke } = keysBy(backend);

  test.each<[string, Record<string, string>]>([
    ['status', { status: 'lost' }],
    ['type', { type: 'Secret' }],
    ['page', { page: '0' }],
    ['page', { page: '101', pageSize: '100' }],
    ['pageSize', { pageSize: '101' }],
    ['cursor', { cursor: 'nothing' }],
  ])('400 for a %s that is not valid: %j', async (param, query) => {
    const response = await send(backend, `/api/v1/teams/${team.id}/api-keys?${new URLSearchParams(query)}`);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: object }).error).toMatchObject({ code: 'parameter_invalid', param });
  });

  stateful('200 shows the status of a key after each change', async () => {
    const { id } = await newKey(backend);
    const states = ['active', 'deactivated', 'expired', 'revoked'] as const;
    const found = async () => {
      const pages = await Promise.all(states.map((status) => got(list({ status, pageSize: 100 }))));
      return states.filter((_, i) => pages[i]?.some((one) => one.id === id));
    };
    expect(await found()).toEqual(['active']);
    await change(id, { isActive: false });
    expect(await found()).toEqual(['deactivated']);
    await revoke(id);
    expect(await found()).toEqual(['revoked']);
  });

  stateful('200 returns only the keys of the environment and team of the caller', async () => {
    const test = await newKey(backend);
    const live = await newKey(backend, { environment: 'live' }, keys.secretLive);
    const shown = async (key: string, teamId = team.id) => {
      const ids = (await got(keysBy(backend, key, { teamId }).list({ pageSize: 100 }))).map(({ id }) => id);
      return [ids.includes(test.id), ids.includes(live.id)];
    };
    expect(await shown(keys.secretTest)).toEqual([true, false]);
    expect(await shown(keys.secretLive)).toEqual([false, true]);
    expect(await shown(otherTeam.keys.secretTest, otherTeam.id)).toEqual([false, false]);
  });

  test('403 for a key without the permission keys:read', async () => {
    expect(told(await keysBy(backend, keys.ticketsReadOnly).list())).toEqual([
      403,
      'insufficient_permissions',
      undefined,
    ]);
  });
});

describe('listApiKeys if no other test creates keys', () => {
  const dayMs = 86_400_000;
  let start: number;
  let now: number;
  let store: OwnStore;
  let backend: Backend & { stop(): Promise<void> };
  /** Newest first: the keys of the test, one per second. */
  let made: ApiKey[];

  beforeAll(async () => {
    store = await openOwnStore();
    start = now = Date.now(); // after the keys of the demo
    backend = await serve(store, { clock: () => new Date(now) });
    const ending = { expiresAt: inDays(1, start) };
    const type = 'publishable' as const;
    const issued = [];
    for (const wish of [{}, ending, { type }, { ...ending, type }, ending, ending]) {
      now += 1_000;
      issued.push(await newKey(backend, { permissions: ['tickets:read'], ...wish }));
    }
    made = issued.map(withoutSecret).reverse();
  });
  afterAll(async () => {
    await backend.stop();
    await store.close();
  });
  const page = async (query: Parameters<ReturnType<typeof keysBy>['list']>[0]) => {
    const { data } = await keysBy(backend).list(query);
    return { ids: data?.data.map(({ id }) => id), pagination: data?.pagination };
  };
  const ids = (...places: number[]) => places.map((place) => made[place]?.id);

  test('200 newest first, in the order of creation', async () => {
    const listed = await got(keysBy(backend).list({ pageSize: 100 }));
    expect(listed.slice(0, made.length)).toEqual(made);
    const times = listed.map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted().reverse());
  });

  test('200 returns every key once, by page and by cursor', async () => {
    const whole = await page({ pageSize: 100 });
    expect(whole.pagination).toMatchObject({ total: whole.ids?.length, hasMore: false });
    const byPage: unknown[] = [];
    const byCursor: unknown[] = [];
    let cursor: string | undefined;
    for (let number = 1; byPage.length < (whole.ids?.length ?? 0); number++) {
      byPage.push(...((await page({ page: number, pageSize: 4 })).ids ?? []));
      const part = await page({ pageSize: 4, ...(cursor && { cursor }) });
      byCursor.push(...(part.ids ?? []));
      cursor = part.pagination?.nextCursor;
    }
    expect(byPage).toEqual(whole.ids);
    expect(byCursor).toEqual(whole.ids);
    expect(cursor).toBeUndefined();
  });

  test('200 by cursor continues at the same position after a newer key is created', async () => {
    const first = await page({ pageSize: 2, status: 'active', type: 'publishable' });
    expect(first.ids).toEqual(ids(2, 3));
    now += 1_000;
    const newer = await newKey(backend, { type: 'publishable', permissions: [] });
    const cursor = first.pagination?.nextCursor as string;
    const next = await page({ pageSize: 2, status: 'active', type: 'publishable', cursor });
    expect(next.ids).toHaveLength(1); // the keys of the demo
    await keysBy(backend).revoke(newer.id);
  });

  test('200 filtered by status, by type and by both', async () => {
    now = start + dayMs;
    const [deactivated, revoked] = ids(0, 1) as [string, string]; // six were created
    await keysBy(backend).change(deactivated, { isActive: false });
    await keysBy(backend).revoke(revoked);
    const mine = async (query: Parameters<typeof page>[0]) => {
      const found = (await page({ pageSize: 100, ...query })).ids ?? [];
      return made.filter(({ id }) => found.includes(id)).map(({ id }) => id);
    };
    expect(await mine({})).toEqual(ids(0, 1, 2, 3, 4, 5));
    expect(await mine({ type: 'secret' })).toEqual(ids(0, 1, 4, 5));
    expect(await mine({ type: 'publishable' })).toEqual(ids(2, 3));
    expect(await mine({ status: 'active' })).toEqual(ids(3, 5));
    expect(await mine({ status: 'expired' })).toEqual(ids(2, 4));
    expect(await mine({ status: 'deactivated' })).toEqual(ids(0));
    expect(await mine({ status: 'revoked' })).toEqual(ids(1));
    expect(await mine({ status: 'expired', type: 'publishable' })).toEqual(ids(2));
    expect(await mine({ status: 'active', type: 'publishable' })).toEqual(ids(3));
    expect(await mine({ status: 'deactivated', type: 'publishable' })).toEqual([]);
    const { pagination } = await page({ status: 'expired', type: 'publishable' });
    expect(pagination).toMatchObject({ total: 1, hasMore: false });
    const listed = await got(keysBy(backend).list({ status: 'expired', pageSize: 100 }));
    expect(new Set(listed.map(({ status }) => status))).toEqual(new Set(['expired']));
  });
});
