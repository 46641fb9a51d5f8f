// Violations of the rules for generated clients.
import type { Node } from '../support/judge.ts';
import { list, parameter, property, ref, schema, text, type Violation } from './violations.ts';

/** The components of one section, with one more component. */
const plant = (section: string, name: string, component: Node) => (document: Node) =>
  (document.components[section][name] = component);
const webhook = (document: Node): Node => document.webhooks['ticket.created'].post;

export const generatorViolations: Violation[] = [
  ['schema-names', 'a schema named New...', plant('schemas', 'NewTicket', { type: 'boolean' })],
  ['schema-names', 'a type of the generators', plant('schemas', 'DateTime', { type: 'boolean' })],

  ['boolean-constants', 'const', (d) => (schema(d, 'Success').const = true)],
  ['boolean-constants', 'an enum', (d) => (property(d, 'Error', 'success').enum = [false])],
  [
    'boolean-constants',
    'const of a boolean or null',
    plant('schemas', 'No', { type: ['boolean', 'null'], const: false }),
  ],
  ['boolean-constants', 'x-always of another type', (d) => (schema(d, 'Success')['x-always'] = 'true')],
  ['boolean-constants', 'x-always on a string', (d) => (schema(d, 'TagName')['x-always'] = true)],

  ['unique-names', 'a parameter named like a schema', plant('parameters', 'TicketStatus', parameterNamed('state'))],
  ['unique-names', 'a difference of case', plant('schemas', 'Ticketstatus', text)],
  ['unique-names', 'a difference of punctuation', plant('parameters', 'Ticket-Status', parameterNamed('state'))],
  ['unique-names', 'a schema named like an operation', plant('schemas', 'ListTickets', text)],
  ['unique-names', 'a webhook named like an operation', (d) => (webhook(d).operationId = list(d).operationId)],

  ['webhook-tags', 'the tag of an operation', (d) => (webhook(d).tags = ['Events'])],
  ['webhook-tags', 'two tags', (d) => (webhook(d).tags = ['Webhooks', 'Events'])],
  ['webhook-tags', 'none', (d) => delete webhook(d).tags],
  ['webhook-tags', 'an unknown one', (d) => (webhook(d).tags = ['Notifications'])],

  ['string-unions', 'in a parameter', (d) => (parameter(d, 'Tag').schema = { anyOf: [ref('TagName'), ref('Uuid')] })],
  [
    'string-unions',
    'in a body, with null',
    (d) => {
      const union = { oneOf: [ref('Uuid'), { type: 'null' }] };
      schema(d, 'TicketUpdate').properties.notes = { ...text, 'x-must-be': 'planted', examples: [], ...union };
    },
  ],
];

function parameterNamed(name: string): Node {
  return { name, in: 'query', required: false, description: 'Planted.', schema: { type: 'boolean' } };
}
