// The response of the front to a failing backend, and to a backend response that violates the contract.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend } from '../../src/http/answer.ts';
import { jsonOf, written } from '../support/table.ts';
import { startFront } from './ownFront.ts';
import { at, placesOf, successSchema } from './places.ts';
import { exampleContent, goodRequest, sendDraft, urlOf } from './requests.ts';

const detail = 'relation "secret_table" does not exist';
const failures = [
  { status: 500, code: 'internal_error', title: 'an Error', error: new Error(detail) },
  { status: 500, code: 'internal_error', title: 'a text', error: detail },
  { status: 503, code: 'service_unavailable', title: 'a statement that took too long', error: withCode('57014') },
  { status: 503, code: 'service_unavailable', title: 'a database that is away', error: withCode('ECONNREFUSED') },
];

function withCode(code: string): Error {
  return Object.assign(new Error(detail), { code });
}

let behind: Backend;
let violations: unknown[];
let strict: Awaited<ReturnType<typeof startFront>>;
let lenient: typeof strict;

beforeAll(async () => {
  const backend: Backend = (call, finish) => behind(call, finish);
  strict = await startFront({ backend });
  lenient = await startFront({ backend, onViolation: (violation) => violations.push(violation) });
});
afterAll(() => Promise.all([strict.stop(), lenient.stop()]));

describe.each(written)('$operationId', (operation) => {
  test.each(failures)('$status $code for $title, with a neutral message', async ({ status, code, error }) => {
    behind = async () => {
      throw error;
    };
    const response = await sendDraft(strict, goodRequest(operation));
    const text = await response.text();
    expect([response.status, JSON.parse(text).error.code]).toEqual([status, code]);
    expect(text).not.toContain('secret_table');
    expect(response.headers.get('Retry-After')).toBe(status === 503 ? '5' : null);
  });

  const all = jsonOf(operation) ? placesOf(successSchema(operation), exampleContent(operation)) : [];
  const places = [...new Map(all.map((place) => [place.at, place] as const)).values()];
  const isForSecretKeys = operation.security.length > 0; // the request has a secret key
  test.each(places)(
    '500 for an extra field at $at, unless violations are only logged and the caller has a secret key',
    async (place) => {
      const content = exampleContent(operation);
      at(content, place).plantedColumn = 'slipped out';
      behind = (_call, finish) => finish({ status: operation.successStatus, content });
      const stopped = await sendDraft(strict, goodRequest(operation));
      const text = await stopped.text();
      expect([stopped.status, JSON.parse(text).error.code]).toEqual([500, 'internal_error']);
      expect(text).not.toContain('slipped out');

      violations = [];
      const { method, headers, body } = goodRequest(operation);
      const url = lenient.url + urlOf(goodRequest(operation));
      const sent = await fetch(url, { method, headers, body }); // not judged, because it violates the contract
      expect(sent.status).toBe(isForSecretKeys ? operation.successStatus : 500);
      expect((await sent.text()).includes('slipped out')).toBe(isForSecretKeys);
      expect(violations).toHaveLength(1);
    },
  );

  test.skipIf(!jsonOf(operation))('500 for a field with the wrong type and for a missing field', async () => {
    for (const spoil of [
      (body: any, field: string) => Object.assign(body, { [field]: 'text' }),
      (body: any, field: string) => delete body[field],
    ]) {
      const content = exampleContent(operation);
      const body = Array.isArray(content) ? content[0] : content;
      spoil(body, 'data' in body ? 'data' : (Object.keys(body)[0] as string)); // no body is empty
      behind = (_call, finish) => finish({ status: operation.successStatus, content });
      expect((await sendDraft(strict, goodRequest(operation))).status).toBe(500);
    }
  });

  test.skipIf(!jsonOf(operation))(
    `${operation.successStatus} for the unchanged example, so that the tests above reject only the extra field`,
    async () => {
      behind = (_call, finish) => finish({ status: operation.successStatus, content: exampleContent(operation) });
      expect((await sendDraft(strict, goodRequest(operation))).status).toBe(operation.successStatus);
    },
  );
});
