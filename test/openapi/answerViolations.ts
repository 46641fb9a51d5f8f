// Violations of the rules for examples, errors, envelopes and headers.
import {
  codes,
  create,
  dropLimits,
  example,
  failure,
  field,
  header,
  json,
  list,
  parameter,
  ref,
  schema,
  text,
  tickets,
  type Violation,
} from './violations.ts';

const unauthorized = 'Unauthorized_AuthenticationRequired_InvalidKeyFormat_InvalidApiKey_KeyExpired';

export const answerViolations: Violation[] = [
  ['named-examples', 'none in a body', (d) => delete json(create(d).requestBody).examples],
  ['named-examples', 'none in a response', (d) => delete json(list(d).responses[200]).examples],
  ['named-examples', 'no summary', (d) => delete d.components.examples['createTicket.simple'].summary],
  ['valid-examples', 'a wrong value', (d) => (example(d, 'createTicket.full').priority = 'whatever')],
  ['valid-examples', 'an undeclared field', (d) => (example(d, 'getTicket.open').data.teamId = 'acme')],
  ['valid-examples', 'an undeclared nested field', (d) => (example(d, 'listMessages.two').data[0].row = 1)],
  ['valid-examples', 'a missing field', (d) => delete example(d, 'getTicket.open').data.status],
  ['valid-examples', 'a parameter', (d) => (parameter(d, 'Status').example = 'ajar')],
  ['valid-examples', 'a header', (d) => (header(d, 'Retry-After').example = 'soon')],
  ['valid-examples', 'a schema', (d) => (schema(d, 'TicketStatus').examples = ['ajar'])],
  ['valid-examples', 'a default', (d) => (parameter(d, 'Page').schema.default = 0)],

  [
    'error-examples',
    'another code',
    (d) => (json(failure(d, 'NotFound')).examples.resource_missing.value.error.code = 'route_not_found'),
  ],
  ['error-examples', 'another status', (d) => (codes(d).resource_missing.status = 410)],
  [
    'error-examples',
    'another type',
    (d) => (json(failure(d, 'NotFound')).examples.resource_missing.value.error.type = 'api_error'),
  ],
  [
    'error-examples',
    'a code without one',
    (d) => (failure(d, 'NotFound').description += ' `route_not_found`: No such path.'),
  ],
  ['error-registry', 'a code without an entry', (d) => schema(d, 'ErrorCode').enum.push('unheard_of')],
  ['error-registry', 'an entry without a code', (d) => (codes(d).unheard_of = codes(d).resource_missing)],
  ['error-registry', 'no cause', (d) => delete codes(d).resource_missing.cause],
  ['error-registry', 'a misspelled field', (d) => (codes(d).resource_missing.casue = 'Planted.')],
  ['error-registry', 'an unknown type', (d) => (codes(d).route_not_found.type = 'routing_error')],
  ['error-registry', 'a success', (d) => (codes(d).route_not_found.status = 200)],
  ['no-422', 'in the registry', (d) => (codes(d).route_not_found.status = 422)],
  [
    'no-422',
    'on an operation',
    (d) => {
      const response = structuredClone(failure(d, 'PayloadTooLarge'));
      response.description = 'Planted.';
      json(response).examples = {};
      create(d).responses[422] = response;
    },
    'named-examples',
  ],

  ['success-envelope', 'no meta', (d) => delete schema(d, 'TicketAnswer').properties.meta, 'valid-examples'],
  ['success-envelope', 'meta not required', (d) => (schema(d, 'TicketAnswer').required = ['success', 'data'])],
  ['success-envelope', 'an extra field', (d) => (schema(d, 'TicketAnswer').properties.links = text)],
  [
    'success-envelope',
    'another success',
    (d) => (schema(d, 'TicketAnswer').properties.success = field({ type: 'boolean' })),
  ],
  [
    'success-envelope',
    'another meta',
    (d) => (schema(d, 'TicketAnswer').properties.meta = ref('Health')),
    'valid-examples',
  ],
  [
    'success-envelope',
    'pagination of a single resource',
    (d) => (schema(d, 'TicketAnswer').properties.pagination = ref('Pagination')),
  ],
  ['success-envelope', 'an unlisted exception', (d) => (list(d)['x-envelope'] = 'none')],
  ['success-envelope', 'a 200 without a body', (d) => delete d.paths['/healthz'].get.responses[200].content],
  ['success-envelope', 'a 204 with a body', (d) => (list(d).responses[204] = structuredClone(list(d).responses[200]))],
  ['declared-success', 'only errors', (d) => delete d.paths['/readyz'].get.responses[200]],
  [
    'header-examples',
    'a header without one',
    (d) =>
      (create(d).responses[201].headers.Link = { description: 'Planted.', schema: { type: 'string', maxLength: 9 } }),
  ],
  [
    'storable-replies',
    'a file in response to a write',
    (d) =>
      (d.paths[`${tickets}/{ticketId}`].patch.responses[200].content['image/png'] = {
        schema: { type: 'string', format: 'binary', maxLength: 9 },
        examples: { one: { summary: 'One', value: 'a' } },
      }),
  ],
  [
    'storable-replies',
    'a stream in response to a write',
    (d) =>
      (d.paths[`${tickets}/{ticketId}`].patch.responses[200].content['text/csv'] = {
        schema: { type: 'string' },
        'x-item': ref('Ticket'),
        'x-items': [],
        examples: { one: { summary: 'One', value: 'a' } },
      }),
  ],
  [
    'error-envelope',
    'another schema',
    (d) => {
      d.components.schemas.Failure = schema(d, 'Error');
      json(failure(d, 'NotFound')).schema = ref('Failure');
    },
  ],
  ['error-envelope', 'no body', (d) => delete failure(d, 'NotAcceptable').content],

  ['answer-headers', 'no version', (d) => delete list(d).responses[200].headers['CStar-Version']],
  ['answer-headers', 'an optional request ID', (d) => (header(d, 'X-Request-Id').required = false)],
  ['answer-headers', 'no WWW-Authenticate', (d) => delete failure(d, unauthorized).headers['WWW-Authenticate']],
  ['answer-headers', 'no Retry-After', (d) => delete failure(d, 'TooManyRequests').headers['Retry-After']],
  ['limit-headers', 'none on a success', (d) => dropLimits(list(d).responses[200])],
  ['limit-headers', 'only some of them', (d) => delete failure(d, 'NotFound').headers['X-RateLimit-Reset']],
  ['limit-headers', 'an optional header', (d) => (header(d, 'X-RateLimit-Limit').required = false)],
  [
    'limit-headers',
    'on a probe',
    (d) => (d.paths['/healthz'].get.responses[200].headers = list(d).responses[200].headers),
  ],
];
