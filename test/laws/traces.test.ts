// What the changes to every resource leave behind: events and audit log entries, exactly as the contract declares them.
import { describe, expect, test } from 'vitest';
import { entryOf } from '../contract/requests.ts';
import { problemsOfPayload } from '../events/payload.ts';
import { backends } from '../support/client.ts';
import { contract, type Node } from '../support/judge.ts';
import type { TableEntry } from '../support/table.ts';
import { ask, at, bodiesOf, newItem } from './asking.ts';
import { type Collection, collections } from './collections.ts';

const [server] = backends;
const events = Object.keys(contract.webhooks);
const actions: string[] = contract.components.schemas.AuditAction.enum;
const snake = (name: string) =>
  name.replaceAll(/[A-Z]/g, (letter, place) => `${place ? '_' : ''}${letter.toLowerCase()}`);
const typeOf = ({ schema }: Collection): string => schema.properties.object.const;
const traced = collections.filter(({ create, get, schema }) => create && get && schema['x-snapshot']);

const of = async (operationId: string, { id }: Node): Promise<Node[]> =>
  (await ask(server, entryOf(operationId), { query: { resource: id, pageSize: 100 } })).body.data;
/** Written independently of the code under test. */
const snapshotOf = ({ schema }: Collection, item: Node): Node =>
  Object.fromEntries(schema['x-snapshot'].map((field: string) => [snake(field), item[field]]));
const current = async (collection: Collection, item: Node): Promise<Node> =>
  (await ask(server, collection.get as TableEntry, at(collection, item))).body.data;

async function expectTraces(
  verb: string,
  collection: Collection,
  state: Node,
  meta: Node,
  changes?: Node,
): Promise<void> {
  const type = `${typeOf(collection)}.${verb}`;
  const found = (await of('listEvents', state)).findLast((event) => event.type === type);
  if (events.includes(type)) {
    expect(found?.data).toEqual({ [typeOf(collection)]: snapshotOf(collection, state), ...(changes && { changes }) });
    expect(problemsOfPayload(found as Node)).toEqual([]);
  }
  const [entry] = await of('listAuditEntries', state);
  if (!actions.includes(type)) return;
  expect(entry).toMatchObject({
    action: type,
    resource: { type: typeOf(collection), id: state.id },
    requestId: meta.requestId,
  });
  const audited: string[] = collection.schema['x-audited'] ?? [];
  const after =
    audited.length > 0 && verb !== 'deleted' ? Object.fromEntries(audited.map((field) => [field, state[field]])) : null;
  expect(entry?.after).toEqual(after);
}

describe.each(traced)('$name', (collection) => {
  test('created', async () => {
    const { body } = await ask(server, collection.create as TableEntry);
    await expectTraces('created', collection, body.data, body.meta);
  });

  test.skipIf(!collection.update).each(collection.update ? bodiesOf(collection.update).map((body) => [body]) : [])(
    'updated with %j, once',
    async (change) => {
      const item = await current(collection, await newItem(server, collection));
      const request = { ...at(collection, item), body: JSON.stringify(change) };
      const { body } = await ask(server, collection.update as TableEntry, request);
      const watched: string[] | undefined = collection.schema['x-changes'];
      const differing = watched?.filter((field) => JSON.stringify(item[field]) !== JSON.stringify(body.data[field]));
      const changes = differing?.map((field) => [snake(field), { from: item[field], to: body.data[field] }]);
      const verb =
        actions.includes(`${typeOf(collection)}.deactivated`) && change.isActive === false ? 'deactivated' : 'updated';
      await expectTraces(verb, collection, body.data, body.meta, changes && Object.fromEntries(changes));
      const before = await of('listEvents', item);
      expect((await ask(server, collection.update as TableEntry, request)).status).toBe(200);
      expect(await of('listEvents', item)).toEqual(before);
    },
  );

  test.skipIf(!collection.remove)('deleted, with the last state', async () => {
    const item = await current(collection, await newItem(server, collection));
    const { status, body } = await ask(server, collection.remove as TableEntry, at(collection, item));
    expect(status).toBe(200);
    if (body.data.deleted) await expectTraces('deleted', collection, item, body.meta);
  });
});

test('the laws apply to something', () => {
  expect(traced.length).toBeGreaterThan(1);
});
