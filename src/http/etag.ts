// Conditional requests (RFC 9110, section 13), for operations that declare If-None-Match or If-Match.
import { hash } from 'node:crypto';
import { Problem } from './problem.ts';
import type { Operation } from './router.ts';

export const isConditional = ({ headers }: Operation): boolean =>
  headers.includes('If-None-Match') || headers.includes('If-Match');

/** Identifies the content of a response, by its JSON. `meta`, which differs in every response, is not part of it. */
export const etagOf = (json: string): string => `"${hash('sha256', json, 'base64url').slice(0, 22)}"`;

/** Whether a list of entity tags, or `*`, contains this one. `W/` does not matter in a comparison for a GET (section 8.8.3.2). */
export const matches = (list: string, etag: string): boolean =>
  list.trim() === '*' || list.split(',').some((one) => one.trim().replace(/^W\//, '') === etag);

/**
 * Rejects a write if the resource is not the one that the caller has seen.
 * @param content what a GET of the resource returns now, without `success` and `meta`
 * @throws 412 `resource_changed`
 */
export const refuseIfChanged =
  (ifMatch: string | undefined) =>
  (content: object): void => {
    if (ifMatch === undefined || ifMatch.trim() === '*') return;
    const etag = etagOf(JSON.stringify(content));
    if (!ifMatch.split(',').some((one) => one.trim() === etag))
      throw new Problem('resource_changed', { param: 'If-Match', headers: { ETag: etag } });
  };
