// Events: the contract lists the fields of each resource that they contain, and for each webhook its resources. The rest follows.
import { createHash } from 'node:crypto';
import type { Contract, Example, Operation, Ref, Response, Schema } from './document.ts';
import { pascal, snake } from './names.ts';

const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const team = '019470a1-2b3c-8d4e-9f50-a1b2c3d4e5f6';

/**
 * Adds `TicketSnapshot` and `TicketChangeSet` for `x-snapshot` and `x-changes` in `Ticket`, `x-event` to the payload of a webhook,
 * and what all webhooks have in common: ID (`ticket.created` is `sendTicketCreated`), tag and response.
 * @throws Error for a field, schema or example that does not exist
 */
export function addEvents(contract: Contract): void {
  const { schemas } = contract.components;
  for (const [name, schema] of Object.entries<Schema>(schemas)) {
    const { 'x-snapshot': kept, 'x-changes': watched } = schema;
    if (kept) schemas[`${name}Snapshot`] = snapshotSchema(name, schema, kept);
    if (watched) schemas[`${name}ChangeSet`] = changeSetSchema(name, schema, watched);
  }
  addEventData(contract);
  for (const [event, { post }] of Object.entries(contract.webhooks ?? {})) {
    const parts = post?.['x-event'];
    if (!post || !parts) throw new Error(`the webhook ${event} has no POST with x-event`);
    delete post['x-event'];
    Object.assign(post, webhook(contract, event, parts));
  }
}
type Parts = NonNullable<Operation['x-event']>;

function webhook(contract: Contract, event: string, parts: Parts): Partial<Operation> {
  const schema = ref(payload(contract, event, parts));
  const examples = { event: { summary: `Event ${event}`, value: payloadExample(contract, event, parts) } };
  return {
    operationId: `send${pascal(event)}`,
    tags: ['Webhooks'],
    security: [],
    requestBody: {
      ...{ description: 'The event.' },
      required: true,
      content: { 'application/json': { schema, examples } },
    },
    responses: { 200: { description: 'Acknowledges the event. Respond with any 2xx status.' } as Ref<Response> },
  };
}

/** The field without the extensions that concern only the resource itself. */
function fieldOf(name: string, { properties = {} }: Schema, field: string): Schema {
  const found = properties[field];
  if (!found) throw new Error(`${name} has no field ${field}`);
  return Object.fromEntries(Object.entries(found).filter(([keyword]) => !keyword.startsWith('x-')));
}

const snapshotSchema = (name: string, schema: Schema, fields: string[]): Schema => ({
  description: `\`${name}\` after the change, or before its deletion. The names of the fields are in snake_case.`,
  type: 'object',
  required: fields.map(snake),
  properties: Object.fromEntries(fields.map((field) => [snake(field), fieldOf(name, schema, field)])),
});

function changeSetSchema(name: string, schema: Schema, fields: string[]): Schema {
  const changeOf = (field: string): Schema => {
    const value = fieldOf(name, schema, field);
    const description = `The value of \`${snake(field)}\` before and after the change.`;
    return { description, type: 'object', required: ['from', 'to'], properties: { from: value, to: value } };
  };
  return {
    description: 'The fields that changed, with their values before and after the change.',
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [snake(field), changeOf(field)])),
  };
}

/** In the list of events, `data` has an optional property for every resource. */
function addEventData({ components: { schemas } }: Contract): void {
  const { data } = (schemas.Event as Schema | undefined)?.properties ?? {};
  if (!data) return;
  const named = Object.keys(schemas).filter((name) => schemas[name]?.['x-snapshot']);
  data.properties = {
    ...Object.fromEntries(named.map((name) => [snake(name), ref(`${name}Snapshot`)])),
    ...data.properties,
  };
}

/** Adds the schema of a payload, which several events can share, and returns its name. */
function payload({ components: { schemas } }: Contract, event: string, parts: Parts): string {
  const [resource = ''] = Object.keys(parts);
  const name = `${Object.keys(parts)
    .map((part) => (part === 'changes' ? 'Changed' : part))
    .join('')}Event`;
  const schemaOf = (part: string) => ref(part === 'changes' ? `${resource}ChangeSet` : `${part}Snapshot`);
  const { required, properties } = schemas.Event as { required: string[]; properties: Record<string, Schema> };
  const data: Schema = {
    description: 'What the event is about.',
    type: 'object',
    required: Object.keys(parts).map(snake),
    properties: Object.fromEntries(Object.keys(parts).map((part) => [snake(part), schemaOf(part)])),
  };
  const fields = Object.keys(properties).map((field) => [field, fieldOf('Event', { properties }, field)]);
  const before = (schemas[name] as Schema | undefined)?.description?.replace(/\.$/, ', ') ?? 'The payload of ';
  schemas[name] = {
    description: `${before}\`${event}\`.`,
    type: 'object',
    required,
    properties: { ...Object.fromEntries(fields), data },
  };
  return name;
}

/** Made of the example that `x-event` names for each resource. */
function payloadExample({ components: { examples, schemas } }: Contract, event: string, parts: Parts): object {
  const exampleOf = (part: string): Record<string, unknown> => {
    const found = (examples[parts[part] as string] as Example | undefined)?.value;
    if (!found) throw new Error(`the webhook ${event} names ${parts[part]}, which is not the example of a response`);
    return found as Record<string, unknown>;
  };
  const snapshot = (part: string) =>
    Object.fromEntries((schemas[part]?.['x-snapshot'] ?? []).map((field) => [snake(field), exampleOf(part)[field]]));
  const [resource = ''] = Object.keys(parts);
  const { createdAt, updatedAt = createdAt } = exampleOf(resource);
  return {
    id: exampleId(event),
    type: event,
    created_at: updatedAt,
    team_id: team,
    sequence: 42,
    data: Object.fromEntries(
      Object.entries(parts).map(([part, value]) => [snake(part), part === 'changes' ? value : snapshot(part)]),
    ),
  };
}

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** The same in every run, and different for every event. */
const exampleId = (event: string): string =>
  `evt_${[...createHash('sha256').update(event).digest().subarray(0, 22)].map((byte) => base62[byte % 62]).join('')}`;
