import { describe, expect, test } from 'vitest';
import { type Backend, backends, clientOf, keys, otherTeam, team } from '../support/client.ts';
import { liveArticles } from './demo.ts';
import { only } from './only.ts';

type Query = { page?: number; pageSize?: number; cursor?: string };
const list = (backend: Backend, of: string = team.slug, query: Query = {}, key = '') =>
  clientOf(backend, key).GET('/api/library/{team}/articles', { params: { path: { team: of }, query } });

describe.each(backends)('listLibraryArticles on $name', (backend) => {
  const lookingUp = only(backend, 'looks data up');

  test('200 requires no key and returns no content', async () => {
    const { data, response } = await list(backend);
    expect(response.status).toBe(200);
    expect(data?.data[0]).toMatchObject({ object: 'article' });
    expect(data?.data.some((article) => 'content' in article)).toBe(false);
  });

  test.each([
    ['slug', team.slug],
    ['UUID', team.id],
    ['UUID in capitals', team.id.toUpperCase()],
  ])('200 is the same by %s', async (_, of) => {
    const { data } = await list(backend, of);
    expect(data?.data).toEqual((await list(backend)).data?.data);
  });

  lookingUp('200 returns the live, published, public articles, newest first, with any key', async () => {
    const expected = liveArticles.map(({ id }) => id);
    for (const key of ['', keys.secretTest, 'sk_test_unknown'])
      expect((await list(backend, team.slug, {}, key)).data?.data.map(({ id }) => id)).toEqual(expected);
    expect(expected).toHaveLength(8);
  });

  lookingUp('200 returns every article, by cursor and by page', async () => {
    const byPage = await Promise.all([1, 2, 3].map((page) => list(backend, team.slug, { pageSize: 3, page })));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { data } = await list(backend, team.slug, cursor ? { pageSize: 3, cursor } : { pageSize: 3 });
      seen.push(...(data?.data.map(({ id }) => id) ?? []));
      cursor = data?.pagination.nextCursor;
    } while (cursor);
    expect(seen).toEqual(liveArticles.map(({ id }) => id));
    expect(byPage.flatMap(({ data }) => data?.data.map(({ id }) => id))).toEqual(seen);
  });

  lookingUp('200 returns the articles of the requested team', async () => {
    const own = new Set(liveArticles.map(({ id }) => id));
    const { data } = await list(backend, otherTeam.slug);
    expect(data?.data).toHaveLength(8);
    expect(data?.data.some(({ id }) => own.has(id))).toBe(false);
  });

  lookingUp.each(['nobody', 'ffffffff-ffff-4fff-8fff-ffffffffffff'])('404 for the team %s', async (of) => {
    const { error, response } = await list(backend, of);
    expect(response.status).toBe(404);
    expect(error?.error).toMatchObject({ code: 'resource_missing', param: 'team' });
  });
});
