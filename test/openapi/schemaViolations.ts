// Violations of the rules for schemas and references.
import { create, field, header, json, list, parameter, ref, schema, text, type Violation } from './violations.ts';

export const schemaViolations: Violation[] = [
  ['dialect', 'the OpenAPI dialect', (d) => (d.jsonSchemaDialect = 'https://spec.openapis.org/oas/3.1/dialect/base')],
  ['dialect', 'no dialect', (d) => delete d.jsonSchemaDialect],
  ['dialect', 'a later OpenAPI version', (d) => (d.openapi = '3.2.0')],

  [
    'component-references',
    'a reference into a schema',
    (d) => (schema(d, 'TicketCreate').properties.notes.$ref = '#/components/schemas/Ticket/properties/notes'),
  ],
  ['component-references', '$anchor', (d) => (schema(d, 'Slug').$anchor = 'slug')],
  ['component-references', '$id', (d) => (schema(d, 'Slug').$id = 'slug')],
  ['component-references', '$defs', (d) => (schema(d, 'Slug').$defs = { text })],
  [
    'component-references',
    '$dynamicRef',
    (d) => (schema(d, 'TicketCreate').properties.notes = { $dynamicRef: '#slug', type: 'boolean' }),
    'valid-examples',
  ],

  [
    'no-reference-siblings',
    'in a component schema',
    (d) => (d.components.schemas.Version2 = { $ref: '#/components/schemas/Version', description: 'Planted.' }),
  ],
  ['no-reference-siblings', 'in a body', (d) => (json(create(d).requestBody).schema.description = 'Planted.')],
  ['no-reference-siblings', 'in a response', (d) => (json(list(d).responses[200]).schema.description = 'Planted.')],
  ['no-reference-siblings', 'in a parameter', (d) => (parameter(d, 'Tag').schema.description = 'Planted.')],

  ['plain-responses', 'allOf', (d) => (schema(d, 'Health').allOf = [{ minProperties: 1 }])],
  ['plain-responses', 'anyOf beside a type', (d) => (schema(d, 'Health').anyOf = [{ minProperties: 1 }])],
  [
    'plain-responses',
    'a union without a discriminator',
    (d) => (schema(d, 'Message').properties.by = { oneOf: [ref('User'), ref('Deleted')] }),
  ],
  ['used-schemas', 'an unused schema', (d) => (d.components.schemas.Stray = field({ type: 'boolean' }))],
  ['plain-responses', 'a nested oneOf', (d) => (schema(d, 'Message').properties.senderName.oneOf = [{ minLength: 1 }])],

  ...[
    ['exclusiveMinimum', 'Pagination', 0],
    ['exclusiveMaximum', 'Pagination', 99],
    ['prefixItems', 'TagNames', []],
    ['propertyNames', 'Metadata', text],
    ['maxProperties', 'Metadata', 50],
    ['patternProperties', 'Metadata', {}],
  ].map(
    ([keyword, name, value]): Violation => [
      'generatable-responses',
      String(keyword),
      (d) => (schema(d, String(name))[String(keyword)] = value),
    ],
  ),
  ['generatable-responses', 'contains', (d) => (schema(d, 'TagNames').contains = text), 'valid-examples'],

  [
    'generatable-patterns',
    'a property without ASCII characters',
    (d) => (schema(d, 'Message').properties.senderName.pattern = '^\\p{Script=Cyrillic}{0,9}$'),
    'valid-examples',
  ],
  [
    'generatable-patterns',
    'no such property',
    (d) => (schema(d, 'Message').properties.senderName.pattern = '^\\p{Script=Klingon}{0,9}$'),
    'valid-examples',
  ],
  ['finite-responses', 'a message in a message', (d) => (schema(d, 'Message').properties.answer = ref('Message'))],
  [
    'finite-responses',
    'a message in an object in a message',
    (d) =>
      (schema(d, 'Message').properties.origin = field({ type: 'object', properties: { message: ref('Message') } })),
  ],

  ['bounded', 'a string', (d) => delete schema(d, 'TagName').maxLength],
  ['bounded', 'a string or null', (d) => delete schema(d, 'Notes').maxLength],
  ['bounded', 'a date-time without maxLength', (d) => delete schema(d, 'Timestamp').maxLength],
  ['bounded', 'an array', (d) => delete schema(d, 'TagNames').maxItems],
  ['bounded', 'an integer without minimum', (d) => delete schema(d, 'Pagination').properties.total.minimum],
  ['bounded', 'an integer without maximum', (d) => delete parameter(d, 'Page').schema.maximum],
  ['bounded', 'a number or null', (d) => (schema(d, 'Health').properties.load = field({ type: ['number', 'null'] }))],
  ['bounded', 'values of a map', (d) => delete schema(d, 'Metadata').additionalProperties.maxLength],
  ['bounded', 'a header', (d) => delete header(d, 'WWW-Authenticate').schema.maxLength],
  ['bounded', 'no type', (d) => (schema(d, 'Health').properties.anything = field({}))],

  ['whole-multiples', 'a fraction', (d) => (parameter(d, 'Page').schema.multipleOf = 0.5)],
  ['whole-multiples', 'a fraction in a response', (d) => (schema(d, 'Pagination').properties.page.multipleOf = 0.01)],
  ['request-times', 'no pattern in a body', (d) => delete schema(d, 'KeyExpiry').pattern],
  ['request-times', 'the schema of responses in a query', (d) => (parameter(d, 'UsageFrom').schema = ref('Timestamp'))],
  ['told-patterns', 'a header', (d) => delete parameter(d, 'LeakSignature').schema['x-must-be']],
  [
    'told-patterns',
    'an example that is too long',
    (d) => {
      delete schema(d, 'Cursor')['x-must-be'];
    },
  ],
  ['told-patterns', 'keys of a map', (d) => delete schema(d, 'MetadataCreate')['x-keys']],
  ['bounded', 'an ID with a pattern', (d) => delete schema(d, 'TicketId').maxLength],

  ['integer-formats', 'none', (d) => delete parameter(d, 'Page').schema.format],
  ['integer-formats', 'a format that is too small', (d) => (schema(d, 'EventSequence').format = 'int32')],
  ['integer-formats', 'a format that is too large', (d) => (schema(d, 'RateLimit').format = 'int64')],
  ['integer-formats', 'in a header', (d) => delete header(d, 'Retry-After').schema.format],
  ['storable-text', 'in a body', (d) => delete schema(d, 'TicketTitle').pattern],
  ['storable-text', 'nested in a body', (d) => delete schema(d, 'TagName').pattern],
  ['storable-text', 'a value or null', (d) => delete schema(d, 'Notes').pattern],
  ['storable-text', 'values of a map', (d) => delete schema(d, 'FoundKey').additionalProperties.pattern],
  ['storable-text', 'in the middle', (d) => (schema(d, 'ApiKeyName').pattern = '^\\S(.*\\S)?$')],
  ['storable-text', 'in a query', (d) => delete parameter(d, 'TicketSearch').schema.pattern],

  ['closed-requests', 'an open body', (d) => delete schema(d, 'TicketCreate').additionalProperties],
  ['closed-requests', 'an open map', (d) => (schema(d, 'MetadataCreate').additionalProperties = true)],
  [
    'closed-requests',
    'an open object inside',
    (d) => (schema(d, 'MessageCreate').properties.place = field({ type: 'object', properties: { city: text } })),
  ],
  ['open-responses', 'a closed response', (d) => (schema(d, 'Health').additionalProperties = false)],
  ['open-responses', 'a response with any field', (d) => (schema(d, 'Health').additionalProperties = true)],
  [
    'open-responses',
    'an object without properties',
    (d) => (schema(d, 'Health').properties.bag = field({ type: 'object' })),
  ],
];
