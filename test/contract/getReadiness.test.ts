import { describe, expect, test } from 'vitest';
import { healthHandlers } from '../../src/health/handlers.ts';
import type { Success } from '../../src/http/answer.ts';
import { backends, clientOf } from '../support/client.ts';
import { startFront } from './ownFront.ts';

describe.each(backends)('getReadiness on $name', (backend) => {
  test('200 without a key or a rate limit', async () => {
    const { data, response } = await clientOf(backend, '').GET('/readyz');
    expect([response.status, data?.data]).toEqual([200, { status: 'ready' }]);
    expect(response.headers.has('X-RateLimit-Limit')).toBe(false);
  });
});

describe('getReadiness if the server is not ready', () => {
  test.each([
    ['is stopping', async () => false],
    ['has no database', async () => Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }))],
  ])('503 when it %s', async (_, isReady) => {
    const { getReadiness } = healthHandlers(isReady);
    const reply = (status: number, content: Record<string, unknown>) => ({ status, content });
    const front = await startFront({
      backend: async (call, finish) => finish((await getReadiness(call as never, reply as never)) as Success),
    });
    try {
      const { error, response } = await clientOf(front, '').GET('/readyz');
      expect([response.status, error?.error.code]).toEqual([503, 'service_unavailable']);
      expect(response.headers.get('Retry-After')).toBe('5');
    } finally {
      await front.stop();
    }
  });
});
