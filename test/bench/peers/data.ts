// The response of every server of the comparison: the example of the contract, 20 times in a list.
import { loadContract } from '../../../src/contract/load.ts';

export const contract = loadContract();
const { value } = contract.components.examples['updateTicket.closed'] as { value: { data: Record<string, unknown> } };

export const ticket = value.data;
export const list = {
  data: Array.from({ length: 20 }, () => ticket),
  pagination: { total: 20, page: 1, pageSize: 20, hasMore: false },
};
export const routes = { list: '/api/v1/teams/:teamId/tickets', get: '/api/v1/teams/:teamId/tickets/:ticketId' };

/** The envelope of the peers, with a new time and ID for each response. */
export const enveloped = (content: object) => ({
  success: true,
  ...content,
  meta: { requestId: 'req_0123456789ab', timestamp: new Date().toISOString() },
});
