import type { LibraryHandlers } from '../../generated/stubs.ts';
import { pageOf, pagingOf } from '../http/paging.ts';
import { Problem } from '../http/problem.ts';
import type { Database } from '../storage/database.ts';
import { isUuid } from '../storage/ids.ts';
import { type ArticleRow, articleStore, toLibraryArticle } from './articleStore.ts';

const positionOf = (row: ArticleRow) => ({ createdAt: row.published_at.toISOString(), id: row.id });

/** Handlers of the public library operations. */
export function libraryHandlers(database: Database): LibraryHandlers {
  /** The library works without a key, so it shows only live data. */
  async function articlesOf(team: string) {
    const [column, value] = isUuid(team) ? (['id', team.toLowerCase()] as const) : (['slug', team] as const);
    const row = await database.kysely.selectFrom('teams').select('id').where(column, '=', value).executeTakeFirst();
    if (!row) throw new Problem('resource_missing', { param: 'team' });
    return articleStore(database.of({ teamId: row.id, environment: 'live' }).forPublic());
  }

  return {
    async listLibraryArticles({ path, query }, reply) {
      const paging = pagingOf(query);
      const articles = await articlesOf(path.team);
      return reply(200, pageOf(await articles.list(paging), paging, positionOf, toLibraryArticle));
    },

    async getLibraryArticle({ path }, reply) {
      const row = await (await articlesOf(path.team)).find(path.slug);
      if (!row) throw new Problem('resource_missing', { param: 'slug' });
      return reply(200, { data: { ...toLibraryArticle(row), content: row.content } });
    },
  };
}
