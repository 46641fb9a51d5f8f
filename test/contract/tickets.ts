// Shared by the ticket tests: the paths, and a ticket of the test.
import type { components } from '../../generated/types.ts';
import { type Backend, clientOf, open, team } from '../support/client.ts';

export type Ticket = components['schemas']['Ticket'];
export const tickets = '/api/v1/teams/{teamId}/tickets';
export const ticket = '/api/v1/teams/{teamId}/tickets/{ticketId}';
export const messages = '/api/v1/teams/{teamId}/tickets/{ticketId}/messages';
export const ofTeam = { teamId: team.id };

export async function newTicket(
  backend: Backend,
  body: components['schemas']['TicketCreate'] = { title: 'A ticket of its own' },
): Promise<Ticket> {
  const { data } = await clientOf(backend).POST(tickets, { params: { path: ofTeam }, body });
  if (!data) throw new Error('the ticket was not created');
  return data.data;
}

export async function read(backend: Backend, ticketId: string, key?: string): Promise<Ticket | undefined> {
  const { data } = await clientOf(backend, key).GET(ticket, { params: { path: { ...ofTeam, ticketId } } });
  return data?.data;
}

const [acme, globex] = open.demo.teams;
/** Callers that must not see the test data of the demo team, each with the path that its key can use. */
export const strangers = [
  { who: 'a live key of the team', teamId: acme.id, key: acme.keys.secretLive },
  { who: "another team's test key", teamId: globex.id, key: globex.keys.secretTest },
];
