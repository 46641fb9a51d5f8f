// For every operation: the response to each fault, and to two faults the response to the earlier one.

import { describe, expect, test } from 'vitest';
import { backends } from '../support/client.ts';
import { sample, shareOf } from '../support/sample.ts';
import { written } from '../support/table.ts';
import { canMeet, faultsOf } from './faults.ts';
import { goodRequest, sendDraft } from './requests.ts';

/** Pairs of faults per backend. */
const pairsOfRun = 2_000;

describe.each(backends)('the front on $name', (backend) => {
  describe.each(written)('$operationId', (operation) => {
    const all = faultsOf(operation);

    test.each(all)('$status $code for $title', async ({ status, code, spoil }) => {
      const response = await sendDraft(backend, spoil(goodRequest(operation)));
      const { error } = (await response.json()) as { error: Record<string, string> };
      expect([response.status, error.code]).toEqual([status, code]);
      expect(error.doc_url?.endsWith(`/developers/api/errors#${code}`)).toBe(true);
      expect(response.headers.get('Cache-Control')).toBe('no-store');
      expect(error.request_id).toBe(response.headers.get('X-Request-Id'));
      const challenge = code === 'authentication_required' ? '' : ', error="invalid_token"';
      expect(response.headers.get('WWW-Authenticate')).toBe(status === 401 ? `Bearer realm="cstar"${challenge}` : null);
    });

    test('the earlier check determines the response to a request with two faults', async () => {
      const every = all.flatMap((earlier) =>
        all
          .filter((later) => earlier.step < later.step && canMeet(earlier, later))
          .map((later) => [earlier, later] as const),
      );
      const pairs = sample(operation.operationId, every, shareOf(pairsOfRun));
      const wrong: string[] = [];
      for (const [earlier, later] of pairs) {
        const response = await sendDraft(backend, earlier.spoil(later.spoil(goodRequest(operation))));
        const { error } = (await response.json()) as { error: { code: string } };
        if (error.code !== earlier.code) wrong.push(`${earlier.title} and ${later.title}: ${error.code}`);
      }
      expect(wrong).toEqual([]);
      expect(pairs.length).toBeGreaterThan(0);
    });
  });
});
