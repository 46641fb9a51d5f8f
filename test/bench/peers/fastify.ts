// Fastify with the schemas of the contract for query, body and response. It serialises by the schema and does not
// validate responses.
import { fastify } from 'fastify';
import { type Contract, resolve, type Schema } from '../../../src/contract/document.ts';
import { contract, enveloped, list, routes, ticket } from './data.ts';
import { serve } from './serve.ts';

const app = fastify({ ajv: { customOptions: { strict: false } } });
const components = contract.components.schemas;
const query = Object.fromEntries(
  (contract.paths['/api/v1/teams/{teamId}/tickets']?.get?.parameters ?? [])
    .map((parameter) => resolve(contract, parameter))
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, schema }) => [name, inlined(contract, schema)]),
);
const answer = (name: string) => inlined(contract, components[name] as Schema);
app.get(
  routes.list,
  { schema: { querystring: { type: 'object', properties: query }, response: { 200: answer('TicketPage') } } },
  async () => enveloped(list),
);
app.get(routes.get, { schema: { response: { 200: answer('TicketAnswer') } } }, async () => enveloped({ data: ticket }));
app.post(
  routes.list,
  { schema: { body: answer('TicketCreate'), response: { 201: answer('TicketAnswer') } } },
  async (_req, reply) => reply.code(201).send(enveloped({ data: ticket })),
);
await app.ready();
serve((req, res) => app.server.emit('request', req, res));

function inlined(document: Contract, node: Schema): Schema {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    const { $ref: _, ...own } = value as Schema;
    return Object.fromEntries(
      Object.entries({ ...resolve(document, value as Schema), ...own }).map(([key, one]) => [key, visit(one)]),
    );
  };
  return visit(node) as Schema;
}
