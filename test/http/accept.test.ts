// The header Accept, as defined in RFC 9110, section 12.5.1.

import { describe, expect, test } from 'vitest';
import { mediaRangesOf } from '../../src/http/accept.ts';
import { sendRaw } from '../contract/raw.ts';
import { goodRequest, sendDraft, withHeaders } from '../contract/requests.ts';
import { backends } from '../support/client.ts';
import { inJson, type TableEntry, written } from '../support/table.ts';

const taken = [
  '*/*',
  'application/*',
  'application/json',
  'Application/JSON',
  'application/json; charset=utf-8',
  'application/json;version=1',
  'application/json;q=0.9;charset=utf-8',
  'application/json ; charset="utf-8" ; q=0.5',
  'application/json;profile="a,b;q=0"',
  'application/json;profile="a\\"b,c"',
  'application/json;;q=1;',
  'application/json;version',
  'application/*;version=1',
  '*/*;version=1;q=0.1',
  'text/html, application/xhtml+xml;q=0.9, application/json;version=2;q=0.8',
  'application/json;q=0.001',
  'application/json;version=2;q=0, */*',
  'text/html;level=1;q=0, application/json;q=0.1',
  'text/*;q=0, */*',
  'application/*;q=0, application/json',
  'nonsense, application/json',
  'application/json;q=nonsense, */*;q=0.1',
  '',
  ' ',
  ',',
];
const refused = [
  'text/html',
  'application/xml;charset=utf-8',
  'application/jsonp',
  'application/json;q=0',
  'application/json;q=0.000',
  'application/json; q=0, */*',
  'application/json;q=0, text/*',
  'application/*;q=0, */*',
  '*/*;q=0',
  '*/json;version=1',
  '*/json',
  'json',
  'json;version=1',
  'application/json;q=2',
  'application/json;q=-1',
  'application/json;q=',
  'text/html;profile="application/json',
  'text/html;profile=", application/json, "',
  ';;,',
];

describe.each(backends)('Accept on $name', (backend) => {
  const good = goodRequest(written.find(({ isProbe }) => isProbe) as TableEntry);
  const statusFor = async (accept: string) => (await sendDraft(backend, withHeaders(good, { accept }))).status;

  test.each(taken)('accepts %j as JSON', async (accept) => {
    expect(await statusFor(accept)).toBe(200);
  });

  test.each(refused)('returns 406 for %j', async (accept) => {
    expect(await statusFor(accept)).toBe(406);
  });

  test('several Accept headers form one list', async () => {
    const { status } = await sendRaw(backend, {
      path: '/healthz',
      headers: [
        ['Accept', 'text/html'],
        ['Accept', 'application/json;charset=utf-8'],
      ],
    });
    expect(status).toBe(200);
  });
});

test.each(inJson)('parameters of a media range do not affect $operationId', async (operation) => {
  const accept = 'application/json; charset=utf-8';
  const response = await sendDraft(backends[1], withHeaders(goodRequest(operation), { accept }));
  expect(response.status).toBe(operation.successStatus);
});

test('16 kB of quotes and backslashes are parsed quickly', () => {
  const began = performance.now();
  for (const part of ['"', '\\"', '",', ';"\\', '"\\",', ',;'])
    mediaRangesOf(`application/json;a="${part.repeat(16_000 / part.length)}`);
  expect(performance.now() - began).toBeLessThan(5_000); // backtracking would take minutes
});
