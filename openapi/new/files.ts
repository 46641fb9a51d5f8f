// The files of a new resource, for `resource.ts`.

import { toUuid } from '../../src/storage/ids.ts';

/** `a` is the singular with its article. */
export type Names = { plural: string; singular: string; Plural: string; Singular: string; a: string; prefix: string };

/** The text of each file, by its path. */
export function filesOf(names: Names): Record<string, string> {
  const { plural, singular, Singular, prefix } = names;
  const path = `openapi/paths/api_v1_teams_{teamId}_${plural}`;
  const schema = (name: string) => `openapi/components/schemas/${name}.yaml`;
  const example = (name: string) => `openapi/examples/${name}.yaml`;
  const one = exampleOf(names);
  return {
    [`${path}.yaml`]: collection(names),
    [`${path}_{${singular}Id}.yaml`]: item(names),
    [schema(Singular)]: resource(names),
    [schema(`${Singular}Create`)]: request(names, `The ${singular} to create.`, '[name]'),
    [schema(`${Singular}Update`)]: request(
      names,
      'The fields to change. Fields that you omit keep their values.',
      '[]',
    ),
    [example(`list${names.Plural}.two`)]: `summary: Two ${plural}\nvalue:\n  - ${one}\n  - ${another(names)}\n`,
    [example(`create${Singular}.new`)]: `summary: A ${singular}\nvalue: { name: blue }\n`,
    [example(`create${Singular}.created`)]: `summary: The new ${singular}\nvalue: ${one}\n`,
    [example(`get${Singular}.one`)]: `summary: The ${singular}\nvalue: ${one}\n`,
    [example(`update${Singular}.name`)]: 'summary: Another name\nvalue: { name: green }\n',
    [example(`update${Singular}.updated`)]:
      `summary: The updated ${singular}\nvalue: ${one.replace('blue', 'green')}\n`,
    [example(`delete${Singular}.deleted`)]:
      `summary: The ${singular} was deleted\nvalue: { deleted: true, id: ${prefix}_a1B2c3D4e5F6 }\n`,
    [`src/${plural}/handlers.ts`]: handlers(names),
  };
}

const exampleOf = ({ singular, prefix }: Names): string =>
  `{ object: ${singular}, id: ${prefix}_a1B2c3D4e5F6, uuid: 659b34e1-0272-8653-9770-000000000000, name: blue, createdAt: '2026-03-30T10:00:00.000Z', updatedAt: '2026-03-30T10:00:00.000Z' }`;

const another = (names: Names): string =>
  exampleOf(names)
    .replace('_a1B2c3D4e5F6', '_b2C3d4E5f6G7')
    .replace(/uuid: [^,]+/, `uuid: ${toUuid(`${names.prefix}_b2C3d4E5f6G7`)}`)
    .replace('blue', 'red')
    .replaceAll('03-30', '03-29');

const head = (
  names: Names,
  verb: string,
  summary: string,
  description: string,
  access: string,
): string => `  operationId: ${verb}
  tags: [${names.Plural}]
  summary: ${summary}
  description: ${description}
  security:
    - secretKey: ['${names.plural}:${access}']
`;
const body = (names: Names, kind: 'Create' | 'Update', example: string, description: string): string => `  requestBody:
    description: ${description}
    required: true
    content:
      application/json:
        schema:
          $ref: ../components/schemas/${names.Singular}${kind}.yaml
        examples:
          ${example}:
            $ref: ../examples/${kind.toLowerCase()}${names.Singular}.${example}.yaml
`;
const success = (status: number, description: string, schema: string, example: string): string => `  responses:
    '${status}':
      description: ${description}
      content:
        application/json:
          schema:
${schema}
          examples:
            ${example.split('.')[1]}:
              $ref: ../examples/${example}.yaml
`;
const reference = (name: string, indent = 12): string =>
  `${' '.repeat(indent)}$ref: ../components/schemas/${name}.yaml`;

const collection = (names: Names): string => {
  const { plural, singular, Plural, Singular, a } = names;
  return `parameters:
  - $ref: ../components/parameters/TeamId.yaml
get:
${head(names, `list${Plural}`, `List ${plural}`, `Returns ${plural}, newest first.`, 'read')}  parameters:
    - $ref: ../components/parameters/Page.yaml
    - $ref: ../components/parameters/PageSize.yaml
    - $ref: ../components/parameters/PageCursor.yaml
${success(200, `A page of ${plural}.`, `            type: array\n            items:\n${reference(Singular, 14)}`, `list${Plural}.two`)}post:
${head(names, `create${Singular}`, `Create ${a}`, `Creates ${a}.`, 'write')}${body(names, 'Create', 'new', `The new ${singular}.`)}${success(201, `The new ${singular}.`, reference(Singular), `create${Singular}.created`)}`;
};

const item = (names: Names): string => {
  const { singular, Singular, a } = names;
  const missing = '  x-errors: [resource_missing]\n';
  return `parameters:
  - $ref: ../components/parameters/TeamId.yaml
get:
${head(names, `get${Singular}`, `Get ${a}`, `Returns ${a}.`, 'read')}${missing}${success(200, `The ${singular}.`, reference(Singular), `get${Singular}.one`)}patch:
${head(names, `update${Singular}`, `Update ${a}`, 'Changes the fields that you send.', 'write')}${missing}${body(names, 'Update', 'name', 'The fields to change.')}${success(200, `The updated ${singular}.`, reference(Singular), `update${Singular}.updated`)}delete:
${head(names, `delete${Singular}`, `Delete ${a}`, `Permanently deletes ${a}.`, 'write')}${missing}${success(200, `A confirmation with the ID of the deleted ${singular}.`, reference('Deleted'), `delete${Singular}.deleted`)}`;
};

const nameField = ({ singular }: Names): string => `  name:
    description: The name of the ${singular}.
    type: string
    minLength: 1
    maxLength: 100
    examples: [blue]
`;
const resource = (
  names: Names,
): string => `description: ${names.a.charAt(0).toUpperCase()}${names.a.slice(1)} of the team.
x-snapshot: [id, uuid, name, createdAt, updatedAt]
x-changes: [name]
type: object
required: [object, id, uuid, name, createdAt, updatedAt]
properties:
  object:
    description: The type of the resource.
    type: string
    const: ${names.singular}
  id:
    x-id: ${names.Singular}
    x-from-path: ${names.singular}Id
  uuid:
    $ref: ./Uuid.yaml
    x-from-path: ${names.singular}Id
${nameField(names)}  createdAt:
    $ref: ./Timestamp.yaml
    x-clock: create
  updatedAt:
    $ref: ./Timestamp.yaml
    x-clock: write
`;
const request = (names: Names, description: string, required: string): string => `description: ${description}
type: object
additionalProperties: false
${required === '[]' ? 'minProperties: 1\n' : `required: ${required}\n`}properties:
${nameField(names)}`;

const operationIdsOf = ({ Plural, Singular }: Names): string[] => [
  `list${Plural}`,
  ...['create', 'get', 'update', 'delete'].map((verb) => `${verb}${Singular}`),
];

const handlers = (names: Names): string => `import type { ${names.Plural}Handlers } from '../../generated/stubs.ts';
import { notImplemented } from '../http/operation.ts';

export const ${names.plural}Handlers: ${names.Plural}Handlers = {
${operationIdsOf(names)
  .map((id) => `  ${id}: notImplemented,\n`)
  .join('')}};
`;

/** The events of the resource, for `webhooks.yaml`. */
export const eventsOf = ({ singular, Singular, a }: Names): string => {
  const A = `${a.charAt(0).toUpperCase()}${a.slice(1)}`;
  return `
${singular}.created:
  post:
    summary: ${A} was created
    description: Sent when ${a} is created.
    x-event: { ${Singular}: create${Singular}.created }

${singular}.updated:
  post:
    summary: ${A} was updated
    description: Sent when ${a} is changed. \`changes\` lists the changes.
    x-event: { ${Singular}: update${Singular}.updated, changes: { name: { from: blue, to: green } } }

${singular}.deleted:
  post:
    summary: ${A} was deleted
    description: Sent when ${a} is deleted. The event contains the state of the ${singular} before the deletion.
    x-event: { ${Singular}: get${Singular}.one }
`;
};
