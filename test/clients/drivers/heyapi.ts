// Calls the API with the client of @hey-api/openapi-ts. Prints one line of JSON per step.
import { createTicket, getTicket, listTickets, type Ticket } from './client';
import { client } from './client/client.gen';
import { report, type Steps } from './report';

const { CSTAR_URL, CSTAR_KEY, CSTAR_TEAM, CSTAR_STATE } = process.env as Record<string, string>;
const keepsState = CSTAR_STATE === 'yes';
client.setConfig({ baseUrl: CSTAR_URL, auth: () => CSTAR_KEY });
const path = { teamId: CSTAR_TEAM as string };
const title = `Made by hey-api ${process.pid}`;
let created: Ticket;

async function get(ticketId: string): Promise<unknown> {
  const { data } = await getTicket({ path: { ...path, ticketId } });
  return data?.data.id === created.id || data;
}

const steps: Steps = {
  async list() {
    const { data } = await listTickets({ path, query: { pageSize: 5 } });
    return (data?.pagination.pageSize === 5 && data.data[0]?.id.startsWith('tkt_')) || data;
  },
  async create() {
    const { data } = await createTicket({ path, body: { title, priority: 'urgent' } });
    if (!data) return data;
    created = data.data;
    return !keepsState || (created.title === title && created.priority === 'urgent') || created;
  },
  'get by id': () => get(created.id),
  'get by UUID': () => get(created.uuid),
  async filter() {
    const { data } = await listTickets({ path, query: { priority: 'urgent', search: title } });
    return !keepsState || data?.data.map(({ id }) => id).join() === created.id || data;
  },
  async 'error 404'() {
    const unknown = { ...path, ticketId: '00000000-0000-4000-8000-000000000000' };
    const { error, response } = await getTicket({ path: unknown });
    return (response?.status === 404 && error?.error.code === 'resource_missing') || error;
  },
  async 'error 400'() {
    const { error, response } = await listTickets({ path, query: { page: 9999, pageSize: 100 } });
    return (response?.status === 400 && error?.error.code === 'parameter_invalid') || error;
  },
};

report(steps);
