// What `Prefer` selects on the mock of the awkward contract.
import { describe, expect, test } from 'vitest';
import { rowsOf } from '../http/awkward.ts';
import { judgedFetch } from './judged.ts';
import { contract, type Running } from './start.ts';

export function mockTests(of: () => Running): void {
  const seeds = Array.from({ length: 25 }, (_, i) => i + 1);
  const gets = rowsOf(contract).filter(({ method, tag }) => method === 'GET' && tag !== 'Sessions');

  function get(path: string, prefer: string, key = of().team.keys.secretTest): Promise<Response> {
    const url = of().mock.url + path.replace('{teamId}', of().team.id).replace('{name}', 'blue');
    return judgedFetch(url, { headers: { authorization: `Bearer ${key}`, prefer, accept: '*/*' } });
  }

  describe.each(gets)('$operationId', ({ path, successStatus, successes }) => {
    test('has valid generated bodies for secret and publishable keys', async () => {
      const statuses = new Set<number>();
      for (const seed of seeds) {
        const response = await get(path, `dynamic=true, seed=${seed}`);
        statuses.add(response.status);
        await response.body?.cancel();
      }
      expect([...statuses]).toEqual([successStatus]);
    });

    test('plays every declared success', async () => {
      for (const status of Object.keys(successes)) {
        const response = await get(path, `code=${status}`);
        expect(response.status).toBe(Number(status));
        expect(response.headers.get('Preference-Applied')).toContain(`code=${status}`);
        await response.body?.cancel();
      }
    });
  });
}
