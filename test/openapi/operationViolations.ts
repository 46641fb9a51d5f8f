// Violations of the rules for operations, paths and marks.
import type { Node } from '../support/judge.ts';
import { create, list, parameter, ref, schema, text, tickets, type Violation } from './violations.ts';

const keyHeader = { $ref: '#/components/parameters/Idempotency-Key' };
function dropKeyHeader(operation: Node): void {
  operation.parameters = operation.parameters.filter(({ $ref }: Node) => $ref !== keyHeader.$ref);
}

const filterBy = (name: string): Node => ({ name, in: 'query', description: 'Planted.', schema: { type: 'boolean' } });

export const operationViolations: Violation[] = [
  ['operation-ids', 'another verb', (d) => (list(d).operationId = 'fetchTickets')],
  ['operation-ids', 'no noun', (d) => (list(d).operationId = 'list')],
  ['operation-ids', 'snake case', (d) => (list(d).operationId = 'list_tickets')],
  ['operation-ids', 'the wrong verb for the method', (d) => (list(d).operationId = 'createTickets')],
  ['one-tag', 'two', (d) => (list(d).tags = ['Tickets', 'Auth'])],
  ['one-tag', 'none', (d) => (list(d).tags = [])],
  ['one-tag', 'an unknown one', (d) => (list(d).tags = ['Billing'])],
  ['headlines', 'a period', (d) => (list(d).summary += '.')],

  ['own-security', 'none', (d) => delete list(d).security],
  ['own-security', 'at the root', (d) => (d.security = [])],
  ['own-security', 'optional', (d) => list(d).security.push({})],
  ['permission-names', 'another action', (d) => (create(d).security = [{ secretKey: ['tickets:delete'] }])],
  ['permission-names', 'another case', (d) => (create(d).security = [{ secretKey: ['Tickets:write'] }])],
  ['open-probes', 'a probe with a key', (d) => (d.paths['/healthz'].get.security = [{ secretKey: [] }]), 'path-areas'],
  ['open-probes', 'a value other than true', (d) => (d.paths['/healthz'].get['x-probe'] = 'yes')],

  ['idempotency-keys', 'a POST without it', (d) => dropKeyHeader(create(d))],
  ['idempotency-keys', 'a PATCH without it', (d) => dropKeyHeader(d.paths[`${tickets}/{ticketId}`].patch)],
  ['idempotency-keys', 'a GET with it', (d) => list(d).parameters.push(keyHeader)],
  ['idempotency-keys', 'a DELETE with it', (d) => d.paths[`${tickets}/{ticketId}`].delete.parameters.push(keyHeader)],
  ['idempotency-keys', 'an open GET with it', (d) => d.paths['/healthz'].get.parameters.push(keyHeader)],

  [
    'no-cookies',
    'a cookie',
    (d) => list(d).parameters.push({ name: 'session', in: 'cookie', description: 'Planted.', schema: text }),
  ],

  [
    'readable-bodies',
    'XML',
    (d) => (create(d).requestBody.content['text/xml'] = create(d).requestBody.content['application/json']),
  ],

  ['secrets-optional', 'a secret field', (d) => schema(d, 'Ticket').required.push('notes')],
  [
    'secret-filters',
    'an unmarked filter by a secret field',
    (d) => delete parameter(d, 'AssigneeFilter')['x-audience'],
  ],
  [
    'secret-filters',
    'an unmarked filter by a nested secret field',
    (d) => list(d).parameters.push(filterBy('isInternal')),
    'list-filters',
  ],
  ['audience-marks', 'another audience', (d) => (schema(d, 'Ticket').properties.title['x-audience'] = 'public')],
  ['audience-marks', 'on a parameter', (d) => (parameter(d, 'Status')['x-audience'] = 'public')],
  ['audience-marks', 'a flag that is public', (d) => delete schema(d, 'Message').properties.isInternal['x-audience']],
  ['audience-marks', 'a flag that is not a boolean', (d) => (schema(d, 'Message')['x-secret-when'] = 'senderName')],
  ['audience-marks', 'a flag that is missing', (d) => (schema(d, 'Message')['x-secret-when'] = 'isSecret')],

  ['from-path', 'an unknown parameter', (d) => (schema(d, 'Ticket').properties.id['x-from-path'] = 'ticketID')],
  [
    'from-caller',
    'an unknown field of the caller',
    (d) => (schema(d, 'Identity').properties.keyType['x-from-caller'] = 'kind'),
  ],
  ['list-filters', 'an unknown field', (d) => (parameter(d, 'Tag')['x-filters'] = ['labels'])],
  ['list-filters', 'an unknown nested field', (d) => (parameter(d, 'AuditResource')['x-filters'] = ['resource.uuid'])],
  ['list-filters', 'neither a mark nor a field', (d) => delete parameter(d, 'TicketSearch')['x-searches']],
  ['list-filters', 'both marks', (d) => (parameter(d, 'TicketSearch')['x-filters'] = ['title'])],
  ['list-filters', 'a value that is not a list', (d) => (parameter(d, 'Tag')['x-filters'] = 'tags')],
  ['clocks', 'an unknown value', (d) => (schema(d, 'Ticket').properties.closedAt['x-clock'] = { status: ['done'] })],
  ['clocks', 'an unknown field', (d) => (schema(d, 'Ticket').properties.closedAt['x-clock'] = { state: ['closed'] })],
  ['clocks', 'an unknown word', (d) => (schema(d, 'Ticket').properties.updatedAt['x-clock'] = 'update')],
  [
    'clocks',
    'a field that cannot be null',
    (d) => (schema(d, 'Ticket').properties.updatedAt['x-clock'] = { status: ['closed'] }),
  ],
  [
    'effects',
    'an unknown field',
    (d) => (schema(d, 'ApiKeyUpdate').properties.isActive['x-sets'] = { true: { state: 'active' } }),
  ],
  [
    'effects',
    'an unknown value',
    (d) => (schema(d, 'ApiKeyUpdate').properties.isActive['x-sets'] = { true: { status: 'on' } }),
  ],
  ['known-marks', 'on an operation', (d) => (list(d)['x-porbe'] = true)],
  ['known-marks', 'on a property', (d) => (schema(d, 'Ticket').properties.title['x-audeince'] = 'secret')],
  ['known-marks', 'at the root', (d) => (d.info['x-logo'] = {})],
  [
    'enum-descriptions',
    'a value without a description',
    (d) => delete schema(d, 'ErrorType')['x-enumDescriptions'].api_error,
  ],
  [
    'enum-descriptions',
    'a description without a value',
    (d) => (schema(d, 'ErrorType')['x-enumDescriptions'].fatal_error = 'Planted.'),
  ],

  ['path-areas', 'an unknown area', (d) => (d.paths['/api/v2/things'] = {})],
  ['path-areas', 'an open ticket list', (d) => (list(d).security = [])],
  [
    'path-areas',
    'a key for a probe',
    (d) => (d.paths['/api/library/{team}/articles'].get.security = [{ secretKey: [] }]),
  ],
  ['aliases', 'another name', (d) => (d.paths['/api/v1/api-keys']['x-alias'] = '/v1/keys')],
  ['aliases', 'an existing path', (d) => (d.paths['/v1/api-keys'] = {}), 'path-areas'],
  ['aliases', 'on an operation', (d) => (list(d)['x-alias'] = '/v1/tickets')],
  ['whole-segments', 'a suffix', (d) => (d.paths['/api/v1/blogs/{slug}.rss'] = {})],
  ['whole-segments', 'two parameters in one segment', (d) => (d.paths['/api/v1/blogs/{from}-{to}/posts'] = {})],
  ['path-ids', 'only the prefixed ID', (d) => (parameter(d, 'TicketIdInPath').schema = ref('TicketId'))],
  ['path-ids', 'a plain string', (d) => (parameter(d, 'TicketIdInPath').schema = { ...text, maxLength: 40 })],
  [
    'path-ids',
    'two schemas',
    (d) => (parameter(d, 'TicketIdInPath').schema = { anyOf: [ref('TicketId'), ref('Uuid')] }),
    'string-unions',
  ],
  ['prefixed-ids', 'a shorter id', (d) => (schema(d, 'MessageId').pattern = '^msg_[0-9A-Za-z]{10,12}$')],
  ['prefixed-ids', 'a longer prefix', (d) => (schema(d, 'Deleted').properties.id.pattern = '^[a-z]+_[0-9A-Za-z]{12}$')],
  [
    'prefixed-ids',
    'a reference that takes upper case only',
    (d) => (schema(d, 'MemberReference').pattern = schema(d, 'MemberReference').pattern.replaceAll('a-f', '')),
    'valid-examples',
  ],
  [
    'prefixed-ids',
    'an id that takes a UUID',
    (d) => (schema(d, 'TicketId').pattern = schema(d, 'TicketReference').pattern),
  ],
];
