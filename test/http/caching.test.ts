// Caches must not store responses to a key, errors or probes. They can store the public library and the pages. The
// errors of every operation are in contract/front.test.ts.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startFront } from '../contract/ownFront.ts';
import { entryOf, exampleContent, goodRequest, sendDraft } from '../contract/requests.ts';
import { type Backend, backends, limitedBackends, send, team } from '../support/client.ts';
import { inJson } from '../support/table.ts';
import { exchange } from './socket.ts';

const cacheControl = ({ headers }: Response) => headers.get('Cache-Control');

describe('Cache-Control of a success', () => {
  let examples: Backend & { stop(): Promise<void> };
  beforeAll(async () => {
    examples = await startFront({
      backend: ({ operation }, finish) =>
        finish({ status: operation.successStatus, content: exampleContent(entryOf(operation.operationId)) }),
    });
  });
  afterAll(() => examples.stop());

  describe.each(inJson)('$operationId', (operation) => {
    const isPublic = operation.security.length === 0 && operation.method === 'GET' && !operation.isProbe;

    test(`is ${isPublic ? 'left to the caller' : 'no-store'}`, async () => {
      for (const method of operation.method === 'GET' ? ['GET', 'HEAD'] : [operation.method]) {
        const response = await sendDraft(examples, { ...goodRequest(operation), method });
        expect(response.status).toBe(operation.successStatus);
        expect(cacheControl(response), method).toBe(isPublic ? null : 'no-store');
      }
    });
  });
});

describe.each(backends)('Cache-Control on $name', (backend) => {
  test.each([
    ['an unknown path', '/nothing', 'GET', 404],
    ['a method that is not there', '/healthz', 'DELETE', 405],
  ])('of %s is no-store', async (_name, path, method, status) => {
    const response = await send(backend, path, { method });
    expect([response.status, cacheControl(response)]).toEqual([status, 'no-store']);
  });

  test('of the response to malformed HTTP is no-store', async () => {
    const { status, headers } = await exchange(backend.url, ['garbage\r\n\r\n']);
    expect([status, headers.get('Cache-Control')]).toEqual([400, 'no-store']);
  });
});

test.each(limitedBackends)('of 429 is no-store on $name, also for an open operation', async (backend) => {
  const path = `/api/library/${team.slug}/articles/none-of-this-name`;
  await send(backend, path, { key: '' });
  const response = await send(backend, path, { key: '' });
  expect([response.status, cacheControl(response)]).toEqual([429, 'no-store']);
});
