import { describe, expect, test } from 'vitest';
import { type Backend, backends, clientOf, team } from '../support/client.ts';
import { hiddenSlugs, liveArticles } from './demo.ts';
import { only } from './only.ts';

const get = (backend: Backend, of: string, slug: string) =>
  clientOf(backend, '').GET('/api/library/{team}/articles/{slug}', { params: { path: { team: of, slug } } });

describe.each(backends)('getLibraryArticle on $name', (backend) => {
  const lookingUp = only(backend, 'looks data up');

  test.each(liveArticles)('200 returns $slug with its content', async ({ slug }) => {
    const { data, response } = await get(backend, team.slug, slug);
    expect(response.status).toBe(200);
    expect(data?.data).toMatchObject({ object: 'article', slug });
    expect(data?.data.content).toMatch(/^# /);
  });

  lookingUp.each(liveArticles)('200 returns the live version of $slug', async ({ slug, id, title, content }) => {
    const { data } = await get(backend, team.id.toUpperCase(), slug);
    expect(data?.data).toMatchObject({ id, title, content, readTime: '1 min' });
  });

  lookingUp('200 returns the article of the list, with its content', async () => {
    const path = { team: team.slug };
    const { data: list } = await clientOf(backend, '').GET('/api/library/{team}/articles', { params: { path } });
    const listed = list?.data[0];
    const { content: _, ...article } = (await get(backend, team.slug, listed?.slug as string)).data?.data ?? {};
    expect(article).toEqual(listed);
  });

  lookingUp.each([...hiddenSlugs, 'no-such-article'])(
    '404 for %s, which is not both published and public',
    async (slug) => {
      const { error, response } = await get(backend, team.slug, slug);
      expect(response.status).toBe(404);
      expect(error?.error).toMatchObject({ code: 'resource_missing', param: 'slug' });
    },
  );

  lookingUp('404 for a team that does not exist', async () => {
    const { error, response } = await get(backend, 'nobody', liveArticles[0]?.slug as string);
    expect(response.status).toBe(404);
    expect(error?.error).toMatchObject({ code: 'resource_missing', param: 'team' });
  });

  test.each(['Upper-Case', 'two--dashes', '-dash'])('400 for %s, which is not a slug', async (slug) => {
    const { error, response } = await get(backend, team.slug, slug);
    expect(response.status).toBe(400);
    expect(error?.error).toMatchObject({ code: 'parameter_invalid', param: 'slug' });
  });
});
