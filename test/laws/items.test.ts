// What the operations on the items of every collection do: create, get, update, delete.
import { describe, expect, test } from 'vitest';
import { foreignUuid } from '../contract/demo.ts';
import { only } from '../contract/only.ts';
import { bodySchemaOf, freeTexts } from '../contract/requests.ts';
import { strangers } from '../contract/tickets.ts';
import { backends } from '../support/client.ts';
import { follow, type Node } from '../support/judge.ts';
import { inContract, type TableEntry } from '../support/table.ts';
import { ask, at, bodiesOf, bodyOf, newItem } from './asking.ts';
import { type Collection, collections } from './collections.ts';

const created = collections.filter(({ create }) => create);
const items = collections.filter(({ create, get }) => create && get);
const changed = items.filter(({ update }) => update);

/** Whether nothing is left afterwards. API keys are revoked instead, and stay readable. */
const deletes = ({ path, method }: TableEntry): boolean =>
  JSON.stringify(inContract({ path, method } as TableEntry).responses[200]).includes('DeletedAnswer');
const deleted = items.filter(({ remove }) => remove && deletes(remove));

/** What an item returns of a value that was sent. Maps are merged, and `null` removes a key. */
const kept = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? expect.objectContaining(Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null)))
    : value;
const shared = (body: Node, { schema }: Collection): [string, unknown][] =>
  Object.entries(body).filter(([field]) => field in schema.properties);
/** The fields that follow from others: times, and those that the value of a sent field sets. */
const derived = ({ schema, update }: Collection): string[] => [
  ...Object.keys(schema.properties).filter((field) => schema.properties[field]['x-clock']),
  ...Object.values<Node>(bodySchemaOf(update as TableEntry)?.properties).flatMap(({ 'x-sets': sets = {} }) =>
    Object.values<Node>(sets).flatMap(Object.keys),
  ),
];
const without = (item: Node, fields: string[]): Node =>
  Object.fromEntries(Object.entries(item).filter(([field]) => !fields.includes(field)));

/** Each value of the fields of a body that have a list of values, and a text for each free text. */
const everyChoice = (operation: TableEntry): [string, unknown][] => [
  ...Object.entries<Node>(bodySchemaOf(operation)?.properties).flatMap(([field, given]) =>
    (follow(given).enum ?? []).map((value: unknown): [string, unknown] => [field, value]),
  ),
  ...freeTexts(operation).map(([field]): [string, unknown] => [field, 'Another text']),
];

describe.each(backends)('items on $name', (backend) => {
  const stateful = only(backend, 'keeps state');
  const lookingUp = only(backend, 'looks data up');

  describe.each(created)('$create.operationId', (collection) => {
    const create = collection.create as TableEntry;

    test('201 returns the fields that were sent', async () => {
      const body = bodyOf(create);
      const { status, body: answer } = await ask(backend, create);
      expect(status).toBe(201);
      for (const [field, value] of shared(body, collection))
        expect([field, answer.data[field]]).toEqual([field, kept(value)]);
    });

    stateful('201 adds the item to the list', async () => {
      const item = await newItem(backend, collection);
      const { body } = await ask(backend, collection.list, { query: { pageSize: 100 } });
      const found = body.data.find(({ id }: Node) => id === item.id);
      expect(item).toMatchObject(found ?? { id: 'in the list' });
    });

    test.each(freeTexts(create))(
      '201 for %s with its maximum of %i characters, and 400 with one more',
      async (field, length) => {
        const asked = (text: string) =>
          ask(backend, create, { body: JSON.stringify({ ...bodyOf(create), [field]: text }) });
        expect((await asked('ä'.repeat(length))).body.data?.[field]).toBe('ä'.repeat(length));
        expect((await asked('ä'.repeat(length + 1))).body.error).toMatchObject({
          code: 'parameter_invalid',
          param: field,
        });
      },
    );

    test.each<string>(bodySchemaOf(create)?.required ?? [])('400 without %s', async (field) => {
      const body = JSON.stringify(without(bodyOf(create), [field]));
      expect((await ask(backend, create, { body })).body.error).toMatchObject({
        code: 'parameter_missing',
        param: field,
      });
    });
  });

  describe.each(items)('$get.operationId', (collection) => {
    const get = collection.get as TableEntry;

    stateful('200 returns the new item, for both spellings of its ID', async () => {
      const item = await newItem(backend, collection);
      for (const spelling of ['id', 'uuid'] as const) {
        const { body } = await ask(backend, get, at(collection, item, spelling));
        const own = Object.keys(item).filter((field) => field in body.data); // a secret is shown only once
        expect(
          without(
            item,
            Object.keys(item).filter((field) => !own.includes(field)),
          ),
        ).toEqual(
          without(
            body.data,
            Object.keys(body.data).filter((field) => !(field in item)),
          ),
        );
      }
    });

    test.each(collection.within)(
      '404 for $operationId with a UUID that this API cannot have created',
      async (operation) => {
        const { status, body } = await ask(backend, operation, at(collection, { id: foreignUuid }));
        expect([status, body.error]).toMatchObject([404, { code: 'resource_missing', param: collection.parameter }]);
      },
    );

    lookingUp.each(collection.within)('404 for $operationId with an ID that does not exist', async (operation) => {
      const { id } = await newItem(backend, collection);
      const missing = { id: `${id.slice(0, id.indexOf('_'))}_000000000001` };
      const { status, body } = await ask(backend, operation, at(collection, missing));
      expect([status, body.error]).toMatchObject([404, { code: 'resource_missing', param: collection.parameter }]);
    });

    stateful.each(strangers)('404 for $who, and the item is unchanged', async ({ teamId, key }) => {
      const item = await newItem(backend, collection);
      const before = (await ask(backend, get, at(collection, item))).body.data;
      for (const operation of collection.within) {
        const { path } = at(collection, item);
        const { status, body } = await ask(backend, operation, { path: { ...path, teamId }, key });
        expect([operation.operationId, status, body.error?.code]).toEqual([
          operation.operationId,
          404,
          'resource_missing',
        ]);
      }
      expect((await ask(backend, get, at(collection, item))).body.data).toEqual(before);
    });
  });

  describe.each(changed)('$update.operationId', (collection) => {
    const update = collection.update as TableEntry;
    const examples = [...bodiesOf(update).flatMap((body) => shared(body, collection)), ...everyChoice(update)];

    stateful.each(examples)('200 changes %s to %j, and nothing else', async (field, value) => {
      const item = await newItem(backend, collection);
      const { status, body } = await ask(backend, update, {
        ...at(collection, item),
        body: JSON.stringify({ [field]: value }),
      });
      expect(status).toBe(200);
      expect(body.data[field]).toEqual(kept(value));
      const free = [field, ...derived(collection)];
      expect(without(item, free)).toMatchObject(without(body.data, free));
      const { data } = (await ask(backend, collection.get as TableEntry, at(collection, item))).body;
      expect(data).toMatchObject(body.data);
    });

    stateful('200 for parallel changes of different fields, and all of them are kept', async () => {
      const item = await newItem(backend, collection);
      const wanted = Object.fromEntries(examples.filter(([, value]) => typeof value === 'string'));
      const changes = Object.entries(wanted).flatMap((change) => [change, change, change]);
      await Promise.all(
        changes.map(([field, value]) =>
          ask(backend, update, { ...at(collection, item), body: JSON.stringify({ [field]: value }) }),
        ),
      );
      const { data } = (await ask(backend, collection.get as TableEntry, at(collection, item))).body;
      expect(data).toMatchObject(wanted);
    });

    test('400 for a body without fields', async () => {
      const { status, body } = await ask(backend, update, { body: '{}' });
      expect([status, body.error]).toMatchObject([400, { code: 'parameter_invalid', param: 'body' }]);
    });
  });

  describe.each(deleted)('$remove.operationId', (collection) => {
    stateful('200 returns the ID, and 404 follows for every operation on the item', async () => {
      const item = await newItem(backend, collection);
      const { status, body } = await ask(backend, collection.remove as TableEntry, at(collection, item));
      expect([status, body.data]).toEqual([200, { deleted: true, id: item.id }]);
      for (const operation of collection.within) {
        const after = await ask(backend, operation, at(collection, item));
        expect([operation.operationId, after.status, after.body.error?.code]).toEqual([
          operation.operationId,
          404,
          'resource_missing',
        ]);
      }
      const { body: list } = await ask(backend, collection.list, { query: { pageSize: 100 } });
      expect(list.data.map(({ id }: Node) => id)).not.toContain(item.id);
    });
  });

  test('the laws apply to something', () => {
    expect(created.flatMap(({ create }) => freeTexts(create as TableEntry)).length).toBeGreaterThan(2);
    for (const some of [created, items, changed, deleted]) expect(some.length).toBeGreaterThan(0);
  });
});
