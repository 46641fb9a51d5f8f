import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { components } from '../../generated/types.ts';
import { type Backend, backends, keys, send, team } from '../support/client.ts';
import { signatureOf } from '../support/partner.ts';
import { got, keysBy, newKey, traces, using } from './apiKeys.ts';
import { only } from './only.ts';

type Verdict = components['schemas']['LeakVerdict'];
type Label = Verdict['label'];
const type = 'cstar_api_key';
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
const verdict = (token: string, label: Label): Verdict => ({ token_hash: hashOf(token), token_type: type, label });
const bodyOf = (tokens: string[]): string => JSON.stringify(tokens.map((token) => ({ token, type })));
const life = ['api_key.created', 'api_key.leaked'];
const signature = 'github-public-key-signature';
/** A token in the right format that belongs to no key. */
const unknown = `sk_test_${'u'.repeat(32)}`;

const post = (backend: Backend, body: string, headers = signatureOf(body)) =>
  send(backend, '/api/v1/leaked-keys', {
    method: 'POST',
    key: '',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
const verdictsOf = async (response: Response): Promise<Verdict[]> => {
  expect(response.status).toBe(200);
  return (await response.json()) as Verdict[];
};
const report = async (backend: Backend, tokens: string[]) => verdictsOf(await post(backend, bodyOf(tokens)));
const errorOf = async (response: Response) => ((await response.json()) as { error: object }).error;

describe.each(backends)('reportLeakedKeys on $name', (backend) => {
  const stateful = only(backend, 'keeps state');
  const lookingUp = only(backend, 'looks data up');

  test('200 returns an array of results without an envelope', async () => {
    const [one] = await report(backend, [unknown]);
    expect(Object.keys(one as Verdict)).toEqual(['token_hash', 'token_type', 'label']);
  });

  lookingUp(
    '200 returns one result per token, in the order of the report, with its SHA-256 hash in hexadecimal',
    async () => {
      const { key } = await newKey(backend);
      const tokens = ['not a key', key, unknown, `${key.slice(0, -1)}!`, 'ünïcode 🎫', key.slice(0, -1)];
      expect(await report(backend, tokens)).toEqual(
        tokens.map((token) => verdict(token, token === key ? 'true_positive' : 'false_positive')),
      );
    },
  );

  lookingUp('200 returns only the token and type that the partner sent, and nothing about the team', async () => {
    const { key, id, name } = await newKey(backend, { name: 'Confidential name' });
    const body = JSON.stringify([
      { token: key, type: 'of the partner', url: 'https://a.example', source: 'commit', x: 1 },
    ]);
    const response = await post(backend, body);
    const text = await response.clone().text();
    expect(await response.json()).toEqual([{ ...verdict(key, 'true_positive'), token_type: 'of the partner' }]);
    const told = text + JSON.stringify([...response.headers]);
    for (const secret of [team.id, team.slug, team.name, id, name, key]) expect(told).not.toContain(secret);
  });

  stateful('200 deactivates an active key immediately, with one audit entry and one event', async () => {
    const { id, key } = await newKey(backend);
    expect(await using(backend, key)).toEqual([200]);
    const response = await post(backend, bodyOf([key]));
    expect(await using(backend, key)).toEqual([401, 'invalid_api_key']);
    expect((await got(keysBy(backend).get(id))).status).toBe('deactivated');
    const { audit, events, actions, types } = await traces(backend, id);
    expect([actions, types]).toEqual([life, life]);
    const { 'github-public-key-identifier': partner } = signatureOf('');
    expect(audit[0]).toMatchObject({
      actor: { type: 'leak_reporter', id: partner },
      requestId: response.headers.get('X-Request-Id'),
      before: { isActive: true },
      after: { isActive: false },
    });
    expect(events[1]?.data).toMatchObject({ api_key: { id, is_active: false } });
    expect(JSON.stringify([audit, events])).not.toContain(key.slice(8, -4));
  });

  stateful('200 for a token that is reported twice, in one report or in two, and it is processed once', async () => {
    const { id, key } = await newKey(backend);
    expect(await report(backend, [key, unknown, key])).toEqual([
      verdict(key, 'true_positive'),
      verdict(unknown, 'false_positive'),
      verdict(key, 'true_positive'),
    ]);
    expect(await report(backend, [key])).toEqual([verdict(key, 'true_positive')]);
    const { actions, types } = await traces(backend, id);
    expect([actions, types]).toEqual([life, life]);
  });

  stateful('200 for five reports in parallel, and the token is processed once', async () => {
    const { id, key } = await newKey(backend);
    const all = await Promise.all(Array.from({ length: 5 }, () => report(backend, [key])));
    expect(all).toEqual(Array(5).fill([verdict(key, 'true_positive')]));
    const { actions, types } = await traces(backend, id);
    expect([actions, types]).toEqual([life, life]);
  });

  stateful('200 for a live key and a test key of any team in one report', async () => {
    const test = await newKey(backend);
    const live = await newKey(backend, {}, keys.secretLive);
    const publishable = await newKey(backend, { type: 'publishable', permissions: ['tickets:read'] });
    const leaked = [test.key, live.key, publishable.key];
    expect(await report(backend, leaked)).toEqual(leaked.map((token) => verdict(token, 'true_positive')));
    for (const key of leaked) expect(await using(backend, key)).toEqual([401, 'invalid_api_key']);
    expect((await traces(backend, live.id, keys.secretLive)).actions).toEqual(life);
    expect((await traces(backend, live.id)).actions).toEqual([]);
  });

  stateful('200 deactivates the key until it is rotated, and the leaked secret does not work again', async () => {
    const { id, key } = await newKey(backend);
    const own = keysBy(backend);
    await report(backend, [key]);
    const early = await own.change(id, { isActive: true });
    expect([early.response.status, early.error?.error]).toMatchObject([
      409,
      { code: 'resource_conflict', param: 'isActive' },
    ]);
    const renamed = await got(own.change(id, { name: 'Still off' }));
    expect(renamed.status).toBe('deactivated');
    const rotated = await got(own.rotate(id, 3600));
    expect(rotated).toMatchObject({ status: 'deactivated', previousSecretExpiresAt: null });
    expect(await using(backend, rotated.key)).toEqual([401, 'invalid_api_key']);
    expect((await got(own.change(id, { isActive: true }))).status).toBe('active');
    expect(await using(backend, rotated.key)).toEqual([200]);
    expect(await using(backend, key)).toEqual([401, 'key_expired']);
    expect(await report(backend, [key])).toEqual([verdict(key, 'true_positive')]);
    expect(await using(backend, rotated.key)).toEqual([200]);
  });

  stateful('200 ends only the old secret if that secret leaked during an overlap', async () => {
    const { id, key: old } = await newKey(backend);
    const { key: present } = await got(keysBy(backend).rotate(id, 3600));
    expect([await using(backend, old), await using(backend, present)]).toEqual([[200], [200]]);
    expect(await report(backend, [old])).toEqual([verdict(old, 'true_positive')]);
    expect([await using(backend, old), await using(backend, present)]).toEqual([[401, 'key_expired'], [200]]);
    expect(await got(keysBy(backend).get(id))).toMatchObject({ status: 'active', previousSecretExpiresAt: null });
    const { actions, types } = await traces(backend, id);
    const expected = ['api_key.created', 'api_key.rotated', 'api_key.leaked'];
    expect([actions, types]).toEqual([expected, expected]);
  });

  stateful(
    '200 deactivates the key if its current secret leaked during an overlap, and keeps its old secret',
    async () => {
      const { id, key: old } = await newKey(backend);
      const { key: present } = await got(keysBy(backend).rotate(id, 3600));
      await report(backend, [present]);
      expect([await using(backend, old), await using(backend, present)]).toEqual(
        Array(2).fill([401, 'invalid_api_key']),
      );
      const { key: next } = await got(keysBy(backend).rotate(id, 3600));
      await got(keysBy(backend).change(id, { isActive: true }));
      expect([await using(backend, old), await using(backend, present), await using(backend, next)]).toEqual([
        [200],
        [401, 'key_expired'],
        [200],
      ]);
    },
  );

  stateful('200 for a deactivated key, which then requires a rotation too', async () => {
    const { id, key } = await newKey(backend);
    await got(keysBy(backend).change(id, { isActive: false }));
    expect(await report(backend, [key])).toEqual([verdict(key, 'true_positive')]);
    expect((await keysBy(backend).change(id, { isActive: true })).response.status).toBe(409);
  });

  stateful('200 for a revoked key, without an audit entry or an event', async () => {
    const { id, key } = await newKey(backend);
    const revoked = await got(keysBy(backend).revoke(id));
    expect(await report(backend, [key])).toEqual([verdict(key, 'true_positive')]);
    expect(await got(keysBy(backend).get(id))).toEqual(revoked);
    expect((await traces(backend, id)).actions).toEqual(['api_key.created', 'api_key.revoked']);
  });

  lookingUp('200 accepts 1,000 tokens', async () => {
    const { key } = await newKey(backend);
    const tokens = Array.from({ length: 999 }, (_, i) => `sk_test_${String(i).padStart(32, '0')}`);
    const verdicts = await report(backend, [...tokens, key]);
    expect(verdicts).toEqual([
      ...tokens.map((token) => verdict(token, 'false_positive')),
      verdict(key, 'true_positive'),
    ]);
  });

  lookingUp.each([
    ['spaces', (body: string) => ` ${body.replaceAll(',', ' , ').replaceAll(':', ':\t')}\r\n`],
    ['escapes', (body: string) => body.replaceAll('_', '\\u005f')],
  ])('200 if the exact bytes of the body are signed, with different %s', async (_, otherwise) => {
    const { key } = await newKey(backend);
    const body = otherwise(bodyOf([key]));
    expect(body).not.toBe(bodyOf([key]));
    expect(await verdictsOf(await post(backend, body))).toEqual([verdict(key, 'true_positive')]);
    expect(await using(backend, key)).toEqual([401, 'invalid_api_key']);
  });

  lookingUp.each<[string, (body: string) => Record<string, string>]>([
    ['of other spaces', (body) => signatureOf(`${body} `)],
    ['of one other byte', (body) => signatureOf(body.replace('cstar', 'dstar'))],
    ['of nothing', () => signatureOf('')],
    ['of an unknown key', (body) => ({ ...signatureOf(body), 'github-public-key-identifier': 'somebody' })],
    ['that is none', (body) => ({ ...signatureOf(body), 'github-public-key-signature': 'A'.repeat(96) })],
    [
      'that is cut off',
      (body) => ({
        ...signatureOf(body),
        'github-public-key-signature': `${signatureOf(body)[signature]?.slice(0, 40)}`,
      }),
    ],
  ])('403 for a signature %s, without an effect', async (_, headersOf) => {
    const { id, key } = await newKey(backend);
    const body = bodyOf([key]);
    const response = await post(backend, body, headersOf(body));
    expect(response.status).toBe(403);
    expect(await errorOf(response)).toMatchObject({ code: 'invalid_signature' });
    expect(await using(backend, key)).toEqual([200]);
    expect((await traces(backend, id)).actions).toEqual(['api_key.created']);
  });

  test.each(['github-public-key-identifier', 'github-public-key-signature'] as const)(
    '400 parameter_missing without the header %s',
    async (name) => {
      const headers = signatureOf(bodyOf([unknown]));
      delete headers[name];
      const response = await post(backend, bodyOf([unknown]), headers);
      expect(response.status).toBe(400);
      const { code, param } = (await errorOf(response)) as { code: string; param: string };
      expect([code, param.toLowerCase()]).toEqual(['parameter_missing', name]);
    },
  );

  test.each([
    ['parameter_invalid', 'body', '[]'],
    ['parameter_invalid', 'body', '{}'],
    ['parameter_invalid', 'body', bodyOf(Array(1001).fill(unknown))],
    ['parameter_missing', '0.token', '[{"type":"x"}]'],
    ['parameter_missing', '1.type', '[{"token":"x","type":"y"},{"token":"x"}]'],
    ['parameter_invalid', '0.token', bodyOf([''])],
    ['parameter_invalid', '0.token', bodyOf(['x'.repeat(10_001)])],
    ['parameter_invalid', '0.token', '[{"token":1,"type":"x"}]'],
  ])('400 %s names %s', async (code, param, body) => {
    const response = await post(backend, body);
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ code, param });
  });
});
