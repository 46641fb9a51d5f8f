import type { HealthHandlers } from '../../generated/stubs.ts';
import { Problem } from '../http/problem.ts';

/** @param isReady resolves to false, or rejects, if requests should go to another instance */
export function healthHandlers(isReady: () => Promise<boolean>): HealthHandlers {
  return {
    async getHealth(_input, reply) {
      return reply(200, { data: { status: 'ok' } });
    },

    async getReadiness(_input, reply) {
      if (!(await isReady())) throw new Problem('service_unavailable');
      return reply(200, { data: { status: 'ready' } });
    },
  };
}
