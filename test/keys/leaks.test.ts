// Who can report leaked keys, and the effects of a report that contract tests cannot see.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportersOf } from '../../src/keys/reporters.ts';
import { newKey, using } from '../contract/apiKeys.ts';
import { type OwnStore, openOwnStore } from '../idempotency/ownServer.ts';
import { type Backend, send } from '../support/client.ts';
import { leakReportKeys, signatureOf } from '../support/partner.ts';
import { type OwnApi, serveKeys } from './ownApi.ts';

const textOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64');
const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const [one, other] = [p256(), p256()];
const bytes = Buffer.from('[{"token":"x","type":"y"}]');
const signedBy = (key: KeyObject): string => sign('sha256', bytes, key).toString('base64');

describe('partners', () => {
  const reporters = reportersOf(`first:${textOf(one.publicKey)}, second:${textOf(other.publicKey)}`);

  test('are identified by their public keys, and can sign only for themselves', () => {
    expect(reporters.haveSigned('first', signedBy(one.privateKey), bytes)).toBe(true);
    expect(reporters.haveSigned('second', signedBy(other.privateKey), bytes)).toBe(true);
    expect(reporters.haveSigned('first', signedBy(other.privateKey), bytes)).toBe(false);
    expect(reporters.haveSigned('third', signedBy(one.privateKey), bytes)).toBe(false);
    expect(reporters.haveSigned('toString', signedBy(one.privateKey), bytes)).toBe(false);
  });

  test.each(['', ' ', 'AAAA', 'MAA=', '!!!', 'A'.repeat(200)])('did not sign with %j', (signature) => {
    expect(reporters.haveSigned('first', signature, bytes)).toBe(false);
  });

  test('do not exist without a setting', () => {
    for (const nobody of [reportersOf(), reportersOf('')])
      expect(nobody.haveSigned('first', signedBy(one.privateKey), bytes)).toBe(false);
  });

  const good = textOf(one.publicKey);
  const privateText = one.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
  test.each([
    ['a P-384 key', textOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)],
    ['a secp256k1 key', textOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey)],
    ['an Ed25519 key', textOf(generateKeyPairSync('ed25519').publicKey)],
    ['an RSA key', textOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)],
    ['a private key', privateText],
    ['half a key', good.slice(0, 40)],
    ['no key', ''],
    ['a word', 'password'],
  ])('are rejected with %s, by name and without the text', (_, key) => {
    const listed = `first:${good},partner:${key}`;
    expect(messageOf(listed)).toBe('LEAK_REPORT_KEYS: partner is not a P-256 public key');
  });

  test.each([
    ['a key alone', good],
    ['an identifier alone', 'partner'],
    ['a private key alone', privateText],
    ['an empty identifier', `:${good}`],
    ['an identifier that no report can have', `my partner:${good}`],
    ['a comma too many', ' '],
  ])('are rejected with %s, by position and without the text', (_, entry) => {
    expect(messageOf(`first:${good},${entry}`)).toBe('LEAK_REPORT_KEYS: entry 2 must have the form identifier:key');
  });
});

function messageOf(listed: string): string {
  try {
    reportersOf(listed);
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
}

describe('a server', () => {
  let store: OwnStore;
  let trusting: OwnApi;
  let trustingNobody: OwnApi;
  beforeAll(async () => {
    store = await openOwnStore();
    trusting = await serveKeys(store, { reporters: reportersOf(leakReportKeys) });
    trustingNobody = await serveKeys(store);
  });
  afterAll(async () => {
    await Promise.all([trusting.stop(), trustingNobody.stop()]);
    await store.close();
  });

  async function report(backend: Backend, token: string): Promise<number> {
    const body = JSON.stringify([{ token, type: 'cstar_api_key' }]);
    const headers = { 'content-type': 'application/json', ...signatureOf(body) };
    return (await send(backend, '/api/v1/leaked-keys', { method: 'POST', key: '', headers, body })).status;
  }

  test('that trusts no partner rejects every report', async () => {
    const { key } = await newKey(trustingNobody);
    expect(await report(trustingNobody, key)).toBe(403);
    expect(await using(trustingNobody, key)).toEqual([200]);
    expect(await report(trusting, key)).toBe(200);
  });

  test('stores neither the tokens of a report nor where they were found', async () => {
    const { key } = await newKey(trusting);
    const token = 'a-token-that-is-nobodys';
    expect([await report(trusting, key), await report(trusting, token)]).toEqual([200, 200]);
    const { rows: tables } = await store.pool.query(
      "select table_name as name from information_schema.tables where table_schema = 'public'",
    );
    for (const { name } of tables) {
      const { rows } = await store.pool.query(`select t::text as text from "${name}" as t`);
      for (const { text } of rows) for (const secret of [key, key.slice(8), token]) expect(text).not.toContain(secret);
    }
    expect(tables.length).toBeGreaterThan(10);
  });
});
