// Tickets of a test, and their events.
import { type Backend, clientOf, keys, team } from '../support/client.ts';
import type { Node } from '../support/judge.ts';

const path = { teamId: team.id };
const base = '/api/v1/teams/{teamId}' as const;

export function ticketsOf(backend: Backend, key: string = keys.secretTest) {
  const client = clientOf(backend, key);
  return {
    async create(body: Node = {}): Promise<Node> {
      const { data } = await client.POST(`${base}/tickets`, { params: { path }, body: { title: 'Eventful', ...body } });
      return data?.data as Node; // an invalid response fails when it is read
    },
    async update(ticketId: string, body: Node): Promise<Node> {
      const { data } = await client.PATCH(`${base}/tickets/{ticketId}`, {
        params: { path: { ...path, ticketId } },
        body,
      });
      return data?.data as Node;
    },
    async say(ticketId: string, body: Node): Promise<Node> {
      const { data } = await client.POST(`${base}/tickets/{ticketId}/messages`, {
        params: { path: { ...path, ticketId } },
        body: { content: 'Hello', ...body },
      });
      return data?.data as Node;
    },
    async remove(ticketId: string): Promise<void> {
      await client.DELETE(`${base}/tickets/{ticketId}`, { params: { path: { ...path, ticketId } } });
    },
    async events(query: Node = {}): Promise<Node[]> {
      return (await this.page(query)).data;
    },
    async page(query: Node = {}): Promise<Node> {
      const { data } = await client.GET(`${base}/events`, { params: { path, query } });
      return data as Node;
    },
  };
}
