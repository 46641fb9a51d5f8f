// Script on another origin can send every request header and read every response header of the contract.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startFront } from '../contract/ownFront.ts';
import { entryOf, exampleContent, goodRequest, sendDraft, urlOf } from '../contract/requests.ts';
import { type Backend, backends, send } from '../support/client.ts';
import { contract, follow, operations } from '../support/judge.ts';
import { written } from '../support/table.ts';
import { exchange } from './socket.ts';

const listIn = (headers: Headers, name: string) =>
  (headers.get(name) ?? '').split(', ').map((one) => one.toLowerCase());
const lower = (names: Iterable<string>) => [...new Set([...names].map((name) => name.toLowerCase()))];

/** Read from the bundle independently: the headers of every response, and every header parameter. */
const declared = lower(
  operations.flatMap(({ responses }) =>
    Object.values<any>(responses).flatMap((one) => Object.keys(follow(one).headers)),
  ),
);
const taken = lower(
  operations.flatMap(({ parameters }) =>
    parameters.filter((one: any) => one.in === 'header').map((one: any) => one.name),
  ),
);
const ofHttp = ['allow', 'content-disposition', 'etag', 'location', 'www-authenticate'];
const conditional = ['authorization', 'content-type', 'if-match', 'if-none-match', 'last-event-id', 'prefer'];
/** Fetch standard, section 2.2.2, and the headers of the connection and of CORS itself. */
const needsNoLeave =
  /^(cache-control|content-(language|length|type)|expires|last-modified|pragma|access-control-.*|connection|keep-alive|date|transfer-encoding|vary|content-encoding)$/;

describe('a success response that script from another origin receives', () => {
  let examples: Backend & { stop(): Promise<void> };
  beforeAll(async () => {
    examples = await startFront({
      backend: ({ operation }, finish) =>
        finish({ status: operation.successStatus, content: exampleContent(entryOf(operation.operationId)) }),
    });
  });
  afterAll(() => examples.stop());

  test.each(written)('$operationId sends no header that script cannot read', async (operation) => {
    const { headers } = await sendDraft(examples, goodRequest(operation));
    const exposed = listIn(headers, 'Access-Control-Expose-Headers');
    const hidden = [...headers.keys()].filter((name) => !exposed.includes(name) && !needsNoLeave.test(name));
    expect(hidden).toEqual([]);
  });
});

describe.each(backends)('CORS on $name', (backend) => {
  test('every response exposes the headers that the contract declares', async () => {
    const responses = [
      await send(backend, '/healthz'),
      await send(backend, '/nothing'),
      await exchange(backend.url, ['garbage\r\n\r\n']),
    ];
    expect(declared.length).toBeGreaterThan(8);
    for (const { headers } of responses)
      expect(listIn(headers as Headers, 'Access-Control-Expose-Headers')).toEqual(
        expect.arrayContaining([...declared, ...ofHttp]),
      );
  });

  test('a preflight allows every request header of the contract, and those of conditional requests', async () => {
    for (const operation of written) {
      const headers = { origin: 'https://shop.example', 'access-control-request-method': operation.method };
      const response = await send(backend, urlOf(goodRequest(operation)), { method: 'OPTIONS', key: '', headers });
      expect(response.status).toBe(204);
      expect(listIn(response.headers, 'Access-Control-Allow-Headers')).toEqual(
        expect.arrayContaining([...taken, ...conditional]),
      );
    }
  });

  test('the list contains no header twice and no unknown header', async () => {
    const { headers } = await send(backend, '/healthz');
    const exposed = listIn(headers, 'Access-Control-Expose-Headers');
    expect(exposed).toEqual(lower(exposed));
    const known = [...lower(Object.keys(contract.components.headers)), ...ofHttp, 'preference-applied'];
    expect(exposed.filter((name) => !known.includes(name))).toEqual([]);
  });
});
