// Requests with every kind of body, on the awkward contract.
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { judgedFetch } from './judged.ts';
import type { Running } from './start.ts';

export function bodyTests(of: () => Running): void {
  type Where = 'server' | 'mock';
  const both: Where[] = ['server', 'mock'];
  const form = 'application/x-www-form-urlencoded';

  function post(
    where: Where,
    path: string,
    init: RequestInit & { headers?: Record<string, string> },
  ): Promise<Response> {
    const { id, keys } = of().team;
    return judgedFetch(`${of()[where].url}/api/v1/teams/${id}/${path}`, {
      method: 'POST',
      ...init,
      headers: { authorization: `Bearer ${keys.secretTest}`, ...init.headers },
    });
  }
  const postForm = (where: Where, body: string, more: Record<string, string> = {}) =>
    post(where, 'logins', { body, headers: { 'content-type': form, ...more } });

  describe.each(both)('a URL-encoded form on the %s', (where) => {
    test('is converted to the types of the contract', async () => {
      const response = await postForm(where, 'name=Robin+%C3%A9&age=30&isRemembered=true&tags=a&tags=b');
      expect(response.status).toBe(303);
      expect(await response.text()).toBe('');
      if (where === 'server') expect(response.headers.get('Location')).toBe('/sessions/Robin é:31:true:a:b');
    });

    test('takes defaults and single items of a list', async () => {
      const response = await postForm(where, 'name=x&tags=a');
      expect(response.status).toBe(303);
      if (where === 'server') expect(response.headers.get('Location')).toBe('/sessions/x:1:false:a');
    });

    test.each([
      ['name=x&age=0x10', 'parameter_invalid', 'age'],
      ['name=x&age=', 'parameter_invalid', 'age'],
      ['name=x&isRemembered=yes', 'parameter_invalid', 'isRemembered'],
      ['name=x&name=y', 'parameter_invalid', 'name'],
      ['name=x&tags=a&tags=b&tags=c&tags=d', 'parameter_invalid', 'tags'],
      ['age=3', 'parameter_missing', 'name'],
      ['name=x&nick=y', 'parameter_unknown', 'nick'],
      ['name=%zz', 'parameter_invalid', 'body'],
      ['name=%ff', 'parameter_invalid', 'body'],
      ['name=%00', 'parameter_invalid', 'name'],
      ['', 'parameter_missing', 'body'],
    ])('%s is rejected with %s', async (body, code, param) => {
      const response = await postForm(where, body);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { code, param } });
    });

    test('415 for JSON, and 413 for a body that is too large', async () => {
      const json = await post(where, 'logins', {
        body: '{"name":"x"}',
        headers: { 'content-type': 'application/json' },
      });
      expect(json.status).toBe(415);
      expect((await postForm(where, `name=${'x'.repeat(10_001)}`)).status).toBe(413);
    });

    test('a retry gets the same Location and is not executed again', async () => {
      const send = (body: string) => postForm(where, body, { 'idempotency-key': `login-${where}` });
      const [first, again, other] = [await send('name=a&age=1'), await send('age=1&name=%61'), await send('name=b')];
      expect(first.status).toBe(303);
      expect(again.status).toBe(303);
      expect(again.headers.get('Idempotency-Replayed')).toBe('true');
      expect(again.headers.get('Location')).toBe(first.headers.get('Location'));
      expect(other.status).toBe(409);
    });
  });

  describe.each(both)('a body that can be JSON, a form or nothing, on the %s', (where) => {
    test.each<[string, RequestInit & { headers?: Record<string, string> }]>([
      ['JSON', { body: '{"text":"hello","isPinned":true}', headers: { 'content-type': 'application/json' } }],
      ['a form', { body: 'text=hello', headers: { 'content-type': form } }],
    ])('202 for %s', async (_name, init) => {
      const response = await post(where, 'notes', init);
      expect(response.status).toBe(202);
      expect(response.headers.get('Location')).toBe('/notes/1');
      expect(await response.json()).toMatchObject({ data: { text: 'hello' } });
    });

    test('400 for a field that only the other media type has', async () => {
      const response = await post(where, 'notes', { body: 'text=x&isPinned=true', headers: { 'content-type': form } });
      expect(await response.json()).toMatchObject({ error: { code: 'parameter_unknown', param: 'isPinned' } });
    });

    test('202 for no body', async () => {
      expect((await post(where, 'notes', {})).status).toBe(202);
      if (where === 'server') expect(of().world.notes.at(-1)).toBeUndefined();
    });
  });

  describe.each(both)('a multipart form on the %s', (where) => {
    const upload = (fields: Record<string, string | Blob | Blob[]>, headers: Record<string, string> = {}) => {
      const body = new FormData();
      for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one);
      return post(where, 'uploads', { body, headers });
    };
    const text = (content: string, name = 'a.txt', type = 'text/plain') => new File([content], name, { type });
    const before = uploadFolders();

    test('201 with the content of the files', async () => {
      const response = await upload({
        title: 'One é',
        file: text('héllo', 'é.txt'),
        attachments: [text('1'), text('22')],
      });
      expect(response.status).toBe(201);
      if (where === 'mock') return;
      expect(response.headers.get('Location')).toBe('/files/One%20%C3%A9/%C3%A9.txt');
      expect(await response.json()).toMatchObject({
        data: {
          files: [
            { name: 'héllo', count: 6 },
            { name: '1', count: 1 },
            { name: '22', count: 2 },
          ],
        },
      });
    });

    test('201 for files of exactly the maximum size, which together exceed the limit of other bodies', async () => {
      const largest = text('x'.repeat(1000));
      expect((await upload({ title: 'x', file: largest, attachments: [largest, largest] })).status).toBe(201);
    });

    test.each<[string, Record<string, string | Blob | Blob[]>, number, string, string | undefined]>([
      ['a file that is too large', { title: 'x', file: text('x'.repeat(1001)) }, 413, 'payload_too_large', 'file'],
      [
        'a file of another type',
        { title: 'x', file: text('x', 'a.html', 'text/html') },
        400,
        'parameter_invalid',
        'file',
      ],
      [
        'too many files',
        { title: 'x', file: text('x'), attachments: [1, 2, 3].map(() => text('x')) },
        400,
        'parameter_invalid',
        'attachments',
      ],
      ['two files for one', { title: 'x', file: [text('x'), text('y')] }, 400, 'parameter_invalid', 'file'],
      ['a missing file', { title: 'x' }, 400, 'parameter_missing', 'file'],
      ['a missing text', { file: text('x') }, 400, 'parameter_missing', 'title'],
      ['an unknown file', { title: 'x', file: text('x'), other: text('x') }, 400, 'parameter_unknown', 'other'],
      ['a file in place of a text', { title: text('x'), file: text('x') }, 400, 'parameter_invalid', 'title'],
    ])('%s is rejected', async (_name, fields, status, code, param) => {
      const response = await upload(fields);
      expect(await response.json()).toMatchObject({ error: { code, ...(param && { param }) } });
      expect(response.status).toBe(status);
    });

    test.each([
      ['no boundary', 'multipart/form-data', 'x'],
      ['no end', 'multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nx'],
      ['no part', 'multipart/form-data; boundary=b', 'hello'],
    ])('400 for %s', async (_name, type, body) => {
      const response = await post(where, 'uploads', { body, headers: { 'content-type': type } });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { param: expect.stringMatching(/^(body|title|file)$/) } });
    });

    test('a retry is told by the content of its files', async () => {
      const send = (content: string) =>
        upload({ title: 'x', file: text(content) }, { 'idempotency-key': `upload-${where}` });
      const statuses = [await send('a'), await send('a'), await send('b')].map(({ status }) => status);
      expect(statuses).toEqual([201, 201, 409]);
    });

    test('leaves no file behind', async () => {
      await expect.poll(() => uploadFolders().filter((name) => !before.includes(name))).toEqual([]);
    });
  });

  function uploadFolders(): string[] {
    return readdirSync(tmpdir()).filter((name) => name.startsWith('cstar-upload-'));
  }
}
