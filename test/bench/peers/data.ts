// What every server of the comparison answers: the contract's own example, twenty times in a list.
import { loadContract } from '../../../src/contract/load.ts';

export const contract = loadContract();
const { value } = contract.components.examples['updateTicket.closed'] as { value: { data: Record<string, unknown> } };

export const ticket = value.data;
export const list = {
  data: Array.from({ length: 20 }, () => ticket),
  pagination: { total: 20, page: 1, pageSize: 20, hasMore: false },
};
export const routes = { list: '/api/v1/teams/:teamId/tickets', get: '/api/v1/teams/:teamId/tickets/:ticketId' };

/** The envelope, as the peers put it around: with a time and an id of its own for each answer. */
export const enveloped = (content: object) => ({
  success: true,
  ...content,
  meta: { requestId: 'req_0123456789ab', timestamp: new Date().toISOString() },
});
