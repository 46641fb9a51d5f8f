// Wraps the data of successes in the response envelope, so that a path file and its examples contain only the data.
import {
  type Contract,
  type Example,
  type Media,
  operationsOf,
  resolve,
  type Schema,
  successesOf,
} from './document.ts';

const json = 'application/json';
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const meta = { requestId: 'req_a1B2c3D4e5F6', timestamp: '2026-03-30T10:00:00.000Z' };
const itemsMax = 100;

/**
 * Replaces the schema of each JSON success: `Ticket` becomes `TicketAnswer`, and a list of `Ticket` becomes `TicketPage`, with
 * `pagination`. The same happens to the examples. Operations with `x-envelope: none` are left as they are.
 * @throws Error for data that is not a named schema or a list of one
 */
export function wrapSuccesses(contract: Contract): void {
  const wrapped = new Set<Example>();
  for (const { operation } of operationsOf(contract)) {
    if (operation['x-envelope'] === 'none') continue;
    for (const { status, response } of successesOf(contract, operation)) {
      const media = response.content?.[json];
      if (!media) continue;
      const isList = media.schema.type === 'array';
      for (const example of Object.values(media.examples ?? {})) {
        const target = resolve(contract, example);
        if (!wrapped.has(target)) target.value = isList ? pageOf(target.value as unknown[]) : answerOf(target.value);
        wrapped.add(target);
      }
      media.schema = wrapperOf(contract, media, `${operation.operationId} ${status}`);
    }
  }
}

function wrapperOf({ components: { schemas } }: Contract, { schema }: Media, where: string): Schema {
  const isList = schema.type === 'array';
  const name = (isList ? schema.items : schema)?.$ref?.split('/').at(-1);
  if (!name) throw new Error(`the data of ${where} must be a named schema, or a list of one`);
  const wrapper = isList ? `${name}Page` : `${name}Answer`;
  schemas[wrapper] ??= isList ? page(name, schema) : answer(name);
  return ref(wrapper);
}

const answer = (name: string): Schema => ({
  description: `\`${name}\` in the response envelope.`,
  type: 'object',
  required: ['success', 'data', 'meta'],
  properties: { success: ref('Success'), data: ref(name), meta: ref('Meta') },
});

const page = (name: string, list: Schema): Schema => ({
  description: `A page of \`${name}\` objects.`,
  type: 'object',
  required: ['success', 'data', 'pagination', 'meta'],
  properties: {
    success: ref('Success'),
    data: { description: `The \`${name}\` objects on this page.`, maxItems: itemsMax, ...list },
    pagination: ref('Pagination'),
    meta: ref('Meta'),
  },
});

const answerOf = (data: unknown): object => ({ success: true, data, meta });
const pageOf = (data: unknown[]): object => ({
  success: true,
  data,
  pagination: { total: data.length, page: 1, pageSize: 20, hasMore: false },
  meta,
});
