// Queries and schemas of every kind, on the awkward contract.
import { describe, expect, test } from 'vitest';
import { secretWord } from './handlers.ts';
import { judgedFetch } from './judged.ts';
import type { Running } from './start.ts';

export function schemaTests(of: () => Running): void {
  type Where = 'server' | 'mock';
  const both: Where[] = ['server', 'mock'];

  function send(
    where: Where,
    path: string,
    init: RequestInit = {},
    key = of().team.keys.secretTest,
  ): Promise<Response> {
    const headers = { authorization: `Bearer ${key}`, ...(init.body ? { 'content-type': 'application/json' } : {}) };
    return judgedFetch(`${of()[where].url}/api/v1/teams/${of().team.id}/${path}`, { ...init, headers });
  }

  describe.each(both)('the query of a request to the %s', (where) => {
    test.each([
      ['counts=1,2,3', { counts: [1, 2, 3] }],
      ['counts=7', { counts: [7] }],
      ['counts=1%2C2', { counts: [1, 2] }],
      ['color=blue&color=red', { colors: ['blue', 'red'] }],
      ['color=blue', { colors: ['blue'] }],
      ['filter[name]=a%20b&filter[count]=4', { filter: { name: 'a b', count: 4 } }],
      ['filter%5Bname%5D=1,2', { filter: { name: '1,2' } }],
      ['', {}],
    ])('%s is understood', async (query, data) => {
      const response = await send(where, `things?${query}`);
      expect(response.status).toBe(200);
      if (where === 'server') expect((await response.json()).data).toEqual(data);
    });

    test.each([
      ['counts=1,0x2', 'parameter_invalid', 'counts.1'],
      ['counts=1,', 'parameter_invalid', 'counts.1'],
      ['counts=1,2,3,4,5,6', 'parameter_invalid', 'counts'],
      ['counts=1&counts=2', 'parameter_invalid', 'counts'],
      ['counts=101', 'parameter_invalid', 'counts.0'],
      ['color=pink', 'parameter_invalid', 'color.0'],
      ['color=blue,red', 'parameter_invalid', 'color.0'],
      ['filter[count]=1e1', 'parameter_invalid', 'filter[count]'],
      ['filter[nick]=x', 'parameter_unknown', 'filter[nick]'],
      ['filter[name]=a&filter[name]=b', 'parameter_invalid', 'filter[name]'],
      ['filter=x', 'parameter_unknown', 'filter'],
      ['filter[name][x]=a', 'parameter_unknown', 'filter[name][x]'],
      ['other[name]=a', 'parameter_unknown', 'other[name]'],
    ])('%s is rejected with %s', async (query, code, param) => {
      const response = await send(where, `things?${query}`);
      expect(await response.json()).toMatchObject({ error: { code, param } });
      expect(response.status).toBe(400);
    });
  });

  describe.each(both)('a POST that only reads, on the %s', (where) => {
    const body = JSON.stringify({ name: 'blue' });

    test('works with a publishable key', async () => {
      const response = await send(where, 'things/search', { method: 'POST', body }, of().team.keys.publishableTest);
      expect(response.status).toBe(200);
    });

    test('takes no Idempotency-Key, so a second request is executed again', async () => {
      const search = () =>
        judgedFetch(`${of()[where].url}/api/v1/teams/${of().team.id}/things/search`, {
          method: 'POST',
          body,
          headers: {
            authorization: `Bearer ${of().team.keys.secretTest}`,
            'content-type': 'application/json',
            'idempotency-key': 'one',
          },
        });
      await search();
      expect((await search()).headers.get('Idempotency-Replayed')).toBeNull();
    });
  });

  describe.each(both)('unions, maps, nested and nullable schemas on the %s', (where) => {
    test('reach a secret key unchanged', async () => {
      const { data } = await (await send(where, 'shapes')).json();
      expect(data).toMatchObject({
        shapes: [{ kind: 'circle' }, { kind: 'square', secretNote: expect.any(String) }],
        byName: { first: { name: 'blue', secretNote: expect.any(String) } },
        folder: { name: 'top', folders: [{ name: 'inner', folders: [] }] },
      });
    });

    test('reach a publishable key without secret fields', async () => {
      const response = await send(where, 'shapes', {}, of().team.keys.publishableTest);
      expect(response.status).toBe(200);
      const text = await response.text();
      expect(text).toContain('square');
      expect(text).not.toMatch(new RegExp(`${secretWord}|for us`));
    });
  });
}
