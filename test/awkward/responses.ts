// Responses of every kind, on the awkward contract.
import { describe, expect, test } from 'vitest';
import { rowsMax, secretWord } from './handlers.ts';
import { judgedFetch } from './judged.ts';
import { type Running, startFront } from './start.ts';

export function responseTests(of: () => Running): void {
  type Where = 'server' | 'mock';
  const both: Where[] = ['server', 'mock'];
  type Options = Omit<RequestInit, 'headers'> & { headers?: Record<string, string>; key?: string };

  function get(
    where: Where,
    path: string,
    { key = of().team.keys.secretTest, ...init }: Options = {},
  ): Promise<Response> {
    const url = path.startsWith('/') ? path : `/api/v1/teams/${of().team.id}/${path}`;
    const headers = { authorization: `Bearer ${key}`, ...init.headers };
    return (path === 'rows/all' ? fetch : judgedFetch)(of()[where].url + url, { ...init, headers });
  }
  const as = (accept: string, more: Options = {}): Options => ({ ...more, headers: { accept, ...more.headers } });
  const uncompressed = { headers: { 'accept-encoding': 'identity' } };

  describe.each(both)('on the %s', (where) => {
    test('204 has no body and no Content-Type', async () => {
      const response = await get(where, 'things/none', { method: 'DELETE' });
      expect(response.status).toBe(204);
      expect(await response.text()).toBe('');
      expect(response.headers.get('Content-Type')).toBeNull();
      expect(response.headers.get('X-Request-Id')).toMatch(/^req_/);
    });

    test('302 has a Location', async () => {
      const response = await get(where, '/api/v1/blogs/latest');
      expect(response.status).toBe(302);
      expect(response.headers.get('Location')).toBe('/api/v1/blogs/page');
    });

    test('text has its media type and charset', async () => {
      const feed = await get(where, '/api/v1/blogs');
      expect(feed.headers.get('Content-Type')).toBe('application/rss+xml; charset=utf-8');
      expect(await feed.text()).toMatch(/^<rss/);
      const page = await get(where, '/api/v1/blogs/page');
      expect(page.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
      expect(await page.text()).toMatch(/^<!doctype html>/);
    });

    test('a file has its bytes, its length and its name', async () => {
      const response = await get(where, 'files/letter.bin');
      expect(response.headers.get('Content-Type')).toBe('application/octet-stream');
      expect(response.headers.get('Content-Disposition')).toBe('attachment; filename="letter.bin"');
      const bytes = new Uint8Array(await response.arrayBuffer());
      expect(response.headers.get('Content-Length')).toBe(String(bytes.length));
      if (where === 'server') expect(bytes.every((byte, i) => byte === i % 256) && bytes.length).toBe(100_000);
    });

    test('406 if the caller accepts none of the media types', async () => {
      for (const path of ['/api/v1/blogs', 'rows/all', 'files/x', 'news'])
        expect((await get(where, path, as('application/json'))).status).toBe(406);
      expect((await get(where, 'rows', as('text/html'))).status).toBe(406);
    });

    test('304 for the same ETag, 200 with another', async () => {
      const first = await get(where, 'things/blue');
      const etag = first.headers.get('ETag') ?? '';
      expect(etag).toMatch(/^"[\w-]{22}"$/);
      for (const ifNoneMatch of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
        const again = await get(where, 'things/blue', { headers: { 'if-none-match': ifNoneMatch } });
        expect([again.status, again.headers.get('ETag'), await again.text()]).toEqual([304, etag, '']);
      }
      expect((await get(where, 'things/blue', { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
      const seenByOthers = await get(where, 'things/blue', { key: of().team.keys.publishableTest });
      expect(seenByOthers.headers.get('ETag')).not.toBe(etag);
    });

    test('a list is JSON, CSV or NDJSON, whichever the caller prefers', async () => {
      const json = await get(where, 'rows');
      expect((await json.json()).pagination).toBeDefined();
      const csv = await get(where, 'rows', as('text/csv, application/json;q=0.5'));
      expect(csv.headers.get('Content-Type')).toBe('text/csv; charset=utf-8');
      expect(csv.headers.get('Vary')).toContain('Accept');
      expect(await csv.text()).toMatch(
        /^name,count,secretNote\r\nblue,3,(for us|only-for-secret-keys)\r\n'=1\+1,,\r\n$/,
      );
      const lines = await get(where, 'rows', as('application/x-ndjson'));
      expect(
        (await lines.text())
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line).name),
      ).toEqual(['blue', '=1+1']);
    });

    test('secret fields are hidden from publishable keys in every media type', async () => {
      const key = of().team.keys.publishableTest;
      for (const accept of ['application/json', 'text/csv', 'application/x-ndjson']) {
        const text = await (await get(where, 'rows', as(accept, { key }))).text();
        expect(text).toContain('blue');
        expect(text).not.toMatch(new RegExp(`${secretWord}|for us`));
      }
      const [event] = await eventsOf(where, { key }, 1);
      expect(event).toMatch(/data: {"name":"[^"]+"(,"count":\d+)?}/);
    });

    test('events have an ID, a name and data', async () => {
      const [event] = await eventsOf(where, {}, 1);
      expect(event).toMatch(/^id: \d+\nevent: row\.created\ndata: \{.*\}$/);
    });

    test('HEAD has the headers and no body', async () => {
      for (const path of ['rows/all', 'news', 'files/x']) {
        const response = await get(where, path, { method: 'HEAD' });
        expect([path, response.status, await response.text()]).toEqual([path, 200, '']);
      }
    });
  });

  /** Reads the first events of the stream, and closes it. */
  async function eventsOf(where: Where, options: Options, count: number): Promise<string[]> {
    const response = await get(where, 'news', options);
    expect(response.headers.get('Content-Type')).toMatch(/^text\/event-stream/);
    let text = '';
    for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += part;
      if (text.split('\n\n').length > count) break;
    }
    return text.split('\n\n').slice(0, count);
  }

  /** 200,000 of them do not fit into the buffers of a connection. */
  const longRow = (i: number) => ({ name: `row ${i}`, secretNote: 'x'.repeat(90) });

  describe('on the server', () => {
    test('412 for a change of another version, and 200 for the current one', async () => {
      const etag = (await get('server', 'things/blue')).headers.get('ETag') ?? '';
      const change = (ifMatch: string | undefined, count: number) =>
        get('server', 'things/blue', {
          method: 'PATCH',
          body: JSON.stringify({ count }),
          headers: { 'content-type': 'application/json', ...(ifMatch && { 'if-match': ifMatch }) },
        });
      const changed = await change(etag, 7);
      expect(changed.status).toBe(200);
      const late = await change(etag, 8);
      expect(late.status).toBe(412);
      expect(await late.json()).toMatchObject({ error: { code: 'resource_changed', param: 'If-Match' } });
      expect(late.headers.get('ETag')).toBe(changed.headers.get('ETag'));
      expect((await change(`W/${changed.headers.get('ETag')}`, 9)).status).toBe(412); // a weak tag never matches here
      expect((await change('*', 10)).status).toBe(200);
      expect((await change(undefined, 11)).status).toBe(200);
      const current = (await get('server', 'things/blue')).headers.get('ETag');
      expect((await change(`"x", ${current}`, 12)).status).toBe(200);
      of().world.things.set('blue', { name: 'blue', count: 3, secretNote: secretWord });
    });

    test('a stream of events begins before the first event', async () => {
      of().world.rowAt = () => {
        throw new Error('there is no event yet');
      };
      const first = Promise.withResolvers<void>();
      of().world.firstEvent = first;
      const response = await get('server', 'news');
      expect(response.status).toBe(200);
      of().world.rowAt = longRow;
      first.resolve();
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      expect((await reader?.read())?.value).toMatch(/^id: 1\n/);
      await reader?.cancel();
      of().world.firstEvent = undefined;
    });

    test('a stop ends streams of events, which arrive complete', async () => {
      const { backend, keyring, authenticators } = of();
      const own = await startFront(backend, keyring, { authenticators });
      const { id, keys } = of().team;
      const headers = { authorization: `Bearer ${keys.secretTest}` };
      const response = await fetch(`${own.url}/api/v1/teams/${id}/news`, { headers });
      const text = response.text();
      await own.stop(60_000); // the test would time out if the stream kept it open
      expect(await text).toMatch(/^id: 1\n.*\n\n$/s);
    });

    test('Last-Event-ID continues the stream', async () => {
      const events = await eventsOf('server', { headers: { 'last-event-id': '41' } }, 2);
      expect(events.map((event) => event.split('\n')[0])).toEqual(['id: 42', 'id: 43']);
    });

    test('all rows arrive, and a slow reader slows the handler down', async () => {
      of().world.rowAt = longRow;
      const response = await get('server', 'rows/all', as('application/x-ndjson', uncompressed));
      const reader = response.body?.getReader();
      await reader?.read();
      const madeIn200Ms = async () => {
        const before = of().world.produced;
        await new Promise((resolve) => setTimeout(resolve, 200));
        return of().world.produced - before;
      };
      await expect.poll(madeIn200Ms, { timeout: 10_000 }).toBe(0);
      expect(of().world.produced).toBeLessThan(rowsMax);
      let lines = 0;
      const count = (part: Uint8Array) => part.reduce((sum, byte) => sum + (byte === 10 ? 1 : 0), 0);
      for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) lines += count(next.value);
      expect(of().world.produced).toBe(rowsMax);
      expect(lines).toBeGreaterThan(rowsMax - 2_000); // without the first part
    });

    test('a long stream leaves no listeners behind', async () => {
      of().world.rowAt = longRow;
      const warnings: Error[] = [];
      const hear = (warning: Error) => void warnings.push(warning);
      process.on('warning', hear);
      await (await get('server', 'rows/all', as('application/x-ndjson', uncompressed))).text();
      process.off('warning', hear);
      expect(warnings.map(({ name }) => name)).not.toContain('MaxListenersExceededWarning');
    });

    test('a row that breaks the contract cuts the response off', async () => {
      const good = of().world.rowAt;
      of().world.rowAt = (i) => (i === 5_000 ? ({ ...good(i), digest: 'x' } as never) : good(i));
      for (const accept of ['application/x-ndjson', 'text/csv'])
        await expect(get('server', 'rows/all', as(accept)).then((response) => response.text())).rejects.toThrow();
      of().world.rowAt = (i) => (i === 0 ? ({ ...good(i), digest: 'x' } as never) : good(i));
      expect((await get('server', 'rows/all', as('application/x-ndjson'))).status).toBe(500);
      of().world.rowAt = good;
    });

    test('streams end when the key ends', { timeout: 30_000 }, async () => {
      of().world.rowAt = longRow;
      const [events, rows] = await Promise.all([
        get('server', 'news'),
        get('server', 'rows/all', as('text/csv', uncompressed)),
      ]);
      of().revoked.add(of().team.keys.secretTest);
      const all = await events.text(); // ends
      expect(all).toMatch(/^id: 1\n/);
      const reader = rows.body?.getReader();
      await expect
        .poll(
          async () =>
            reader?.read().then(
              () => 'open',
              () => 'cut off',
            ),
          { timeout: 10_000 },
        )
        .toBe('cut off');
      of().revoked.clear();
    });

    test('a reader that leaves ends the handler', async () => {
      of().world.rowAt = longRow;
      const leaving = new AbortController();
      await get('server', 'rows/all', { ...as('text/csv', uncompressed), signal: leaving.signal });
      leaving.abort();
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(of().world.produced).toBeLessThan(rowsMax);
    });
  });
}
