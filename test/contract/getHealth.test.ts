import { describe, expect, test } from 'vitest';
import { backends, clientOf } from '../support/client.ts';

describe.each(backends)('getHealth on $name', (backend) => {
  test.each(['', 'sk_test_unknown'])('200 without a rate limit and with any key: "%s"', async (key) => {
    const { data, response } = await clientOf(backend, key).GET('/healthz');
    expect([response.status, data?.data]).toEqual([200, { status: 'ok' }]);
    expect(response.headers.has('X-RateLimit-Limit')).toBe(false);
  });
});
