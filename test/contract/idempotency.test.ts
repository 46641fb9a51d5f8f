// The header Idempotency-Key, on every operation that accepts it.

import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { collections } from '../laws/collections.ts';
import { type Backend, backends, keys, otherTeam, send, team } from '../support/client.ts';
import { follow, type Node } from '../support/judge.ts';
import { sample, shareOf } from '../support/sample.ts';
import { inContract, inJson } from '../support/table.ts';
import { missingTicket } from './demo.ts';
import { only } from './only.ts';
import { type Draft, freeTexts, goodRequest, sendDraft, withHeaders, withKey } from './requests.ts';
import { spellingsOf } from './spellings.ts';

const tickets = `/api/v1/teams/${team.id}/tickets`;
/** Spellings per backend, one after the other and in parallel. */
const spellingsOfRun = 300;
const idempotent = inJson.filter(({ isIdempotent, body }) => isIdempotent && body);
/** A valid body that differs from the one of `goodRequest`: the second example, or the first with another text. */
function anotherBody(operation: (typeof idempotent)[number]): string {
  const [first, second] = Object.values<Node>(inContract(operation).requestBody.content['application/json'].examples);
  if (second) return JSON.stringify(follow(second).value);
  const [field] = freeTexts(operation)[0] as [string, number]; // an operation with one example has such a field
  return JSON.stringify({ ...follow(first as Node).value, [field]: 'Another' });
}
const json = { 'content-type': 'application/json' };
const post = (backend: Backend, once: string, body: object, more: { path?: string; key?: string } = {}) =>
  send(backend, more.path ?? tickets, {
    method: 'POST',
    headers: { ...json, 'idempotency-key': once },
    body: JSON.stringify(body),
    ...(more.key && { key: more.key }),
  });
const replayOf = (response: Response) => response.headers.get('Idempotency-Original-Request');
const errorOf = async (response: Response) => ((await response.json()) as { error: Record<string, unknown> }).error;
/** The status of each response, and whether it was a replay. */
const told = (response: Response) => [response.status, response.headers.get('Idempotency-Replayed')];

describe.each(backends)('Idempotency-Key on $name', (backend) => {
  describe.each(idempotent)('$operationId', (operation) => {
    const draft = (once: string = randomUUID()): Draft =>
      withHeaders(goodRequest(operation), { 'idempotency-key': once });
    /** On new items, because other tests read those of the demo. */
    const own = async (): Promise<Draft> => {
      const { path, ...rest } = draft();
      const made: Record<string, string> = {};
      for (const { create, parameter } of collections)
        if (create && parameter && operation.path.includes(`{${parameter}}`)) {
          const response = await sendDraft(backend, goodRequest(create));
          made[parameter] = ((await response.json()) as Node).data.id;
        }
      return { ...rest, path: { ...path, ...made } };
    };

    const someSpellings = (request: Draft): [string, Draft][] =>
      sample(operation.operationId, spellingsOf(operation, request), shareOf(spellingsOfRun));

    test(`${operation.successStatus} for a retry with the same body, byte for byte, marked as a replay`, async () => {
      const request = await own();
      const [first, second, third] = [
        await sendDraft(backend, request),
        await sendDraft(backend, request),
        await sendDraft(backend, request),
      ];
      expect([first, second, third].map(told)).toEqual([
        [operation.successStatus, null],
        [operation.successStatus, 'true'],
        [operation.successStatus, 'true'],
      ]);
      const body = await first.text();
      expect(await second.text()).toBe(body);
      expect(await third.text()).toBe(body);
      const firstId = first.headers.get('X-Request-Id');
      expect(JSON.parse(body).meta.requestId).toBe(firstId);
      expect([replayOf(first), replayOf(second), replayOf(third)]).toEqual([null, firstId, firstId]);
      expect(new Set([first, second, third].map(({ headers }) => headers.get('X-Request-Id'))).size).toBe(3);
      expect(second.headers.get('Content-Type')).toBe(first.headers.get('Content-Type'));
    });

    test('every spelling of a request counts as the same request, one after the other', async () => {
      const request = await own();
      const first = await sendDraft(backend, request);
      expect(told(first)).toEqual([operation.successStatus, null]);
      for (const [what, spelling] of someSpellings(request)) {
        const again = await sendDraft(backend, spelling);
        expect([what, ...told(again)]).toEqual([what, operation.successStatus, 'true']);
        expect(replayOf(again)).toBe(first.headers.get('X-Request-Id'));
      }
    });

    test('every spelling of a request counts as the same request, in parallel', async () => {
      const request = await own();
      const all = [request, ...someSpellings(request).map(([, spelling]) => spelling)];
      const answers = await Promise.all(all.map((one) => sendDraft(backend, one)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([operation.successStatus]));
      expect(answers.filter((one) => replayOf(one) === null)).toHaveLength(1);
    });

    test('409 idempotency_conflict for another body, and the first request is still replayed afterwards', async () => {
      const request = await own();
      const first = await sendDraft(backend, request);
      const body = anotherBody(operation);
      const refused = await sendDraft(backend, { ...request, body });
      expect(refused.status).toBe(409);
      expect(await errorOf(refused)).toMatchObject({ code: 'idempotency_conflict', param: 'Idempotency-Key' });
      expect(refused.headers.get('Retry-After')).toBeNull();
      expect(replayOf(await sendDraft(backend, request))).toBe(first.headers.get('X-Request-Id'));
    });

    test('400 is not stored: the key can be used again', async () => {
      const request = await own();
      const refused = await sendDraft(backend, { ...request, body: '{"unknown":1}' });
      expect(refused.status).toBe(400);
      expect(told(await sendDraft(backend, request))).toEqual([operation.successStatus, null]);
    });

    test('403 is not stored: the key can be used again', async () => {
      const request = await own();
      expect((await sendDraft(backend, withKey(request, keys.ticketsReadOnly))).status).toBe(403);
      expect(told(await sendDraft(backend, request))).toEqual([operation.successStatus, null]);
    });

    test.each([
      ['256 characters', 'k'.repeat(256)],
      ['a space', 'a b'],
      ['a letter outside of ASCII', 'schlüssel'],
      ['nothing', ''],
      ['two keys', 'a, b'],
    ])('400 for %s', async (_, once) => {
      const response = await sendDraft(backend, draft(once));
      expect(response.status).toBe(400);
      const { code, param } = await errorOf(response);
      expect([code, String(param).toLowerCase()]).toEqual(['parameter_invalid', 'idempotency-key']);
    });

    test('a key can have 255 characters and every visible ASCII character', async () => {
      const request = await own();
      const once = `${randomUUID()}!~#$%&'()*+,-./:;<=>?@[]^_\`{|}\\"`.padEnd(255, 'k');
      const long = withHeaders(request, { 'idempotency-key': once });
      expect(told(await sendDraft(backend, long))).toEqual([operation.successStatus, null]);
      expect(told(await sendDraft(backend, long))).toEqual([operation.successStatus, 'true']);
    });
  });

  test('a quoted key is equal to the unquoted key', async () => {
    const once = randomUUID();
    const first = await post(backend, `"${once}"`, { title: 'Quoted' });
    expect(replayOf(await post(backend, once, { title: 'Quoted' }))).toBe(first.headers.get('X-Request-Id'));
  });

  test('a key applies to one path, method, environment and team', async () => {
    const once = randomUUID();
    const made = await post(backend, once, { title: 'Scope' });
    const { data } = (await made.json()) as { data: { id: string; uuid: string } };
    const patch = (path: string) =>
      send(backend, path, {
        method: 'PATCH',
        headers: { ...json, 'idempotency-key': once },
        body: '{"title":"Scope"}',
      });
    const answers = [
      await post(backend, once, { title: 'Scope' }, { key: keys.secretLive }),
      await post(
        backend,
        once,
        { title: 'Scope' },
        { path: `/api/v1/teams/${otherTeam.id}/tickets`, key: otherTeam.keys.secretTest },
      ),
      await post(backend, once, { content: 'Scope' }, { path: `${tickets}/${data.id}/messages` }),
      await patch(`${tickets}/${data.id}`),
    ];
    expect(answers.map(told)).toEqual([201, 201, 201, 200].map((status) => [status, null]));
    expect(told(await post(backend, once, { title: 'Scope' }))).toEqual([201, 'true']);
  });

  test('GET and DELETE ignore the header, even if it is malformed', async () => {
    const made = await post(backend, randomUUID(), { title: 'To be deleted' });
    const { data } = (await made.json()) as { data: { id: string } };
    const headers = { 'idempotency-key': 'not a key' };
    const get = () => send(backend, `${tickets}/${data.id}`, { headers });
    expect([told(await get()), told(await get())]).toEqual([
      [200, null],
      [200, null],
    ]);
    const remove = () => send(backend, `${tickets}/${data.id}`, { method: 'DELETE', headers });
    expect(told(await remove())).toEqual([200, null]);
    const again = backend.name === 'server' ? 404 : 200; // the mock has no state
    expect(told(await remove())).toEqual([again, null]);
  });

  only(backend, 'keeps state')('404 is not stored: no ticket, no event, and the key can be used again', async () => {
    const once = randomUUID();
    const title = `Lost ${once}`;
    const refused = await post(backend, once, { title, customerId: 'cus_000000000001', tags: [once] });
    expect([refused.status, (await errorOf(refused)).param]).toEqual([404, 'customerId']);
    const found = await send(backend, `${tickets}?search=${encodeURIComponent(title)}`);
    expect(((await found.json()) as { data: unknown[] }).data).toEqual([]);
    expect((await post(backend, once, { content: 'x' }, { path: `${tickets}/${missingTicket}/messages` })).status).toBe(
      404,
    );
    expect(told(await post(backend, once, { title }))).toEqual([201, null]);
  });

  test('a revoked API key receives no stored response', async () => {
    const once = randomUUID();
    await post(backend, once, { title: 'Revoked' });
    expect((await post(backend, once, { title: 'Revoked' }, { key: keys.revoked })).status).toBe(401);
  });

  only(backend, 'knows its team')('a response is replayed to its own team only', async () => {
    const once = randomUUID();
    await post(backend, once, { title: 'Mine' });
    expect((await post(backend, once, { title: 'Mine' }, { key: otherTeam.keys.secretTest })).status).toBe(403);
  });
});

test('404 that Prefer selects on the mock is not stored', async () => {
  const [, mock] = backends;
  const once = randomUUID();
  const played = await send(mock, tickets, {
    method: 'POST',
    headers: { ...json, 'idempotency-key': once, prefer: 'code=404' },
    body: '{"title":"Played"}',
  });
  expect(played.status).toBe(404);
  expect(told(await post(mock, once, { title: 'Played' }))).toEqual([201, null]);
});
