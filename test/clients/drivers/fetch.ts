// Calls the API with openapi-fetch and the types of openapi-typescript. Prints one line of JSON per step.
import createClient from 'openapi-fetch';
import { report, type Steps } from './report';
import type { components, paths } from './schema';

type Ticket = components['schemas']['Ticket'];
const { CSTAR_URL, CSTAR_KEY, CSTAR_TEAM, CSTAR_STATE } = process.env as Record<string, string>;
const keepsState = CSTAR_STATE === 'yes';
const client = createClient<paths>({ baseUrl: CSTAR_URL, headers: { Authorization: `Bearer ${CSTAR_KEY}` } });
const path = { teamId: CSTAR_TEAM as string };
const title = `Made by fetch ${process.pid}`;
let created: Ticket;

const all = '/api/v1/teams/{teamId}/tickets';
const one = '/api/v1/teams/{teamId}/tickets/{ticketId}';

async function get(ticketId: string): Promise<unknown> {
  const { data } = await client.GET(one, { params: { path: { ...path, ticketId } } });
  return data?.data.id === created.id || data;
}

const steps: Steps = {
  async list() {
    const { data } = await client.GET(all, { params: { path, query: { pageSize: 5 } } });
    return (data?.pagination.pageSize === 5 && data.data[0]?.id.startsWith('tkt_')) || data;
  },
  async create() {
    const { data } = await client.POST(all, { params: { path }, body: { title, priority: 'urgent' } });
    if (!data) return data;
    created = data.data;
    return !keepsState || (created.title === title && created.priority === 'urgent') || created;
  },
  'get by id': () => get(created.id),
  'get by UUID': () => get(created.uuid),
  async filter() {
    const { data } = await client.GET(all, { params: { path, query: { priority: 'urgent', search: title } } });
    return !keepsState || data?.data.map(({ id }) => id).join() === created.id || data;
  },
  async 'error 404'() {
    const unknown = { ...path, ticketId: '00000000-0000-4000-8000-000000000000' };
    const { error, response } = await client.GET(one, { params: { path: unknown } });
    return (response.status === 404 && error?.error.code === 'resource_missing') || error;
  },
  async 'error 400'() {
    const { error, response } = await client.GET(all, { params: { path, query: { page: 9999, pageSize: 100 } } });
    return (response.status === 400 && error?.error.code === 'parameter_invalid') || error;
  },
};

report(steps);
