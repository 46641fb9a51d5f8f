// The published, public articles in one team's live environment. The library can access nothing else.
import type { Selectable } from 'kysely';
import type { components } from '../../generated/types.ts';
import type { TenantDatabase } from '../storage/database.ts';
import { toPrefixed } from '../storage/ids.ts';
import type { Paging } from '../storage/page.ts';
import { type Found, pageFrom } from '../storage/rows.ts';
import type { Tables } from '../storage/tables.ts';

export type ArticleRow = Selectable<Tables['articles']> & { published_at: Date };
type LibraryArticle = components['schemas']['LibraryArticle'];

const wordsPerMinute = 200;

/** Reads the published, public articles of a tenant. */
export function articleStore(db: TenantDatabase) {
  const published = () =>
    db
      .selectFrom('articles')
      .where('status', '=', 'published')
      .where('is_public', '=', true)
      .where('published_at', 'is not', null)
      .$narrowType<{ published_at: Date }>();

  return {
    /** Newest first. */
    list: (paging: Paging) =>
      pageFrom(db, published(), paging, { by: 'published_at', direction: 'desc' }) as Promise<Found<ArticleRow>>,

    async find(slug: string): Promise<ArticleRow | undefined> {
      return (await published().selectAll().where('slug', '=', slug).executeTakeFirst()) as ArticleRow | undefined;
    },
  };
}

/** Maps a row to the contract's LibraryArticle, without its content. */
export function toLibraryArticle(row: ArticleRow): LibraryArticle {
  const minutes = Math.max(1, Math.ceil(row.content.split(/\s+/).length / wordsPerMinute));
  return {
    object: 'article',
    id: toPrefixed('art', row.id),
    uuid: row.id,
    slug: row.slug,
    title: row.title,
    excerpt: row.excerpt,
    tags: row.tags,
    readTime: `${minutes} min`,
    metaDescription: row.meta_description,
    publishedAt: row.published_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
