// How the mock fits its examples to the request: the fields of a write, the resource in the path, the filters of a
// list. Laws over the operation table come first, then single cases.

import { describe, expect, test } from 'vitest';
import { backends, clientOf, keys, send, team } from '../support/client.ts';
import { follow, type Node } from '../support/judge.ts';
import { inContract, inJson, jsonOf, type TableEntry, written } from '../support/table.ts';
import { foreignUuid } from './demo.ts';
import { bodySchemaOf, goodRequest, sendDraft } from './requests.ts';
import { messages, ofTeam, ticket, tickets } from './tickets.ts';

const [server, mock] = backends;
const client = clientOf(mock);
const read = async (response: Response) => (await response.json()) as Node;
const successOf = (operation: TableEntry): Node => jsonOf(operation) as Node;
const dataOf = (operation: TableEntry): Node | undefined => {
  const { data } = follow(successOf(operation).schema).properties ?? {};
  return data && follow(data);
};
const requestExamples = (operation: TableEntry) =>
  Object.entries<Node>(inContract(operation).requestBody.content['application/json'].examples).map(([name, one]) => ({
    name,
    body: follow(one).value,
  }));

/** Of an object, which is merged, only the fields that were sent. */
const sentPart = (value: Node, sent: unknown): unknown =>
  typeof sent === 'object' && sent !== null && !Array.isArray(sent)
    ? Object.fromEntries(Object.keys(sent).map((key) => [key, value?.[key]]))
    : value;

const writes = inJson.filter((one) => bodySchemaOf(one) && dataOf(one)?.properties);
describe.each(writes)('$operationId', (operation) => {
  const shown = Object.keys(dataOf(operation)?.properties);

  test.each(requestExamples(operation))('returns what $name sends, as the server does', async ({ body }) => {
    const draft = { ...goodRequest(operation), body: JSON.stringify(body) };
    const [ofServer, ofMock] = await Promise.all([server, mock].map(async (one) => read(await sendDraft(one, draft))));
    for (const name of Object.keys(body).filter((one) => shown.includes(one)))
      expect([name, sentPart(ofMock?.data[name], body[name])]).toEqual([
        name,
        sentPart(ofServer?.data[name], body[name]),
      ]);
  });
});

const lists = inJson.filter((one) => dataOf(one)?.items && one.method === 'GET');
const enumFilters = lists.flatMap((operation) =>
  inContract(operation)
    .parameters.map(follow)
    .filter(({ in: place, schema }: Node) => place === 'query' && follow(schema).enum)
    .flatMap(({ name, schema }: Node) =>
      follow(schema).enum.map((value: string) => ({ operation, id: operation.operationId, name, value })),
    ),
) as { operation: TableEntry; id: string; name: string; value: string }[];

describe('filters', () => {
  test('the contract has filters to test', () => expect(enumFilters.length).toBeGreaterThan(20));

  test.each(enumFilters)('$id returns only items with $name $value', async ({ operation, name, value }) => {
    const all = await read(await sendDraft(mock, goodRequest(operation)));
    const { data, pagination } = await read(
      await sendDraft(mock, { ...goodRequest(operation), query: { [name]: value } }),
    );
    const wanted = all.data.filter((row: Node) => row[name] === value);
    expect(data).toEqual(wanted);
    expect(pagination).toMatchObject({ total: wanted.length, hasMore: false });
  });

  const ids = async (query: object) => {
    const { data } = await client.GET(tickets, { params: { path: ofTeam, query } });
    return data?.data.map(({ title }) => title);
  };
  test.each([
    [{ search: 'INVOICE' }, ['Where is my invoice']],
    [{ search: 'jane' }, ['Cannot log in']],
    [{ search: 'nobody' }, []],
    [{ tag: 'billing' }, ['Cannot log in']],
    [{ tag: 'bill' }, []],
    [{ customerId: 'cus_x9Y8z7W6v5U4' }, ['Cannot log in']],
    [{ customerId: foreignUuid }, []],
    [{ assignedTo: 'mem_q1W2e3R4t5Y6', status: 'open' }, ['Cannot log in']],
    [{ assignedTo: 'mem_q1W2e3R4t5Y6', status: 'new' }, []],
    [{ page: 2, pageSize: 1, search: 'in' }, ['Where is my invoice']],
    [{ page: 2, pageSize: 1, search: 'invoice' }, []],
  ])('listTickets with %j finds %j', async (query, found) => expect(await ids(query)).toEqual(found));

  test('listTickets finds a customer by UUID', async () => {
    const { uuid } = await made({ title: 'x' });
    expect(await ids({ customerId: uuid })).toEqual([]);
    const { toUuid } = await import('../../src/storage/ids.ts');
    expect(await ids({ customerId: toUuid('cus_x9Y8z7W6v5U4').toUpperCase() })).toEqual(['Cannot log in']);
  });

  test.each([
    ['events', 'tkt_a1B2c3D4e5F6', 3],
    ['events', 'key_a1B2c3D4e5F5', 0],
    ['audit-log', 'key_a1B2c3D4e5F6', 1],
    ['audit-log', 'key_a1B2c3D4e5F5', 0],
  ])('%s of %s are %i', async (path, resource, count) => {
    const body = await read(await send(mock, `/api/v1/teams/${team.id}/${path}?resource=${resource}`));
    expect([body.data.length, body.pagination.total]).toEqual([count, count]);
  });
});

/** Operations that return an item of a list: their path is the path of the list and one parameter. */
const gets = lists.flatMap((list) =>
  written
    .filter(({ method, path }) => method === 'GET' && new RegExp(`^${escaped(list.path)}/\\{\\w+\\}$`).test(path))
    .map((get) => ({ list, get, id: get.operationId })),
);
function escaped(path: string): string {
  return path.replaceAll(/[{}]/g, '\\$&');
}

describe('resources by ID', () => {
  test('the contract has resources to get', () => expect(gets.length).toBeGreaterThan(3));

  test.each(gets)('$id returns every item of its list, by both spellings of the ID', async ({ list, get }) => {
    const parameter = /\{(\w+)\}$/.exec(get.path)?.[1] as string;
    const properties = follow(dataOf(list)?.items).properties as Node;
    const names = Object.keys(properties).filter((name) => properties[name]['x-from-path'] === parameter);
    const { data: rows } = await read(await sendDraft(mock, goodRequest(list)));
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows)
      for (const name of names) {
        const good = goodRequest(get);
        const response = await sendDraft(mock, { ...good, path: { ...good.path, [parameter]: row[name] } });
        expect((await read(response)).data).toMatchObject(row);
      }
  });

  test('an ID without an example returns the first example with that ID', async () => {
    const params = { path: { ...ofTeam, ticketId: 'tkt_z9Y8x7W6v5U4' } };
    const { data } = await client.GET(ticket, { params });
    expect(data?.data).toMatchObject({ id: 'tkt_z9Y8x7W6v5U4', title: 'Cannot log in' });
  });

  test('an action on a resource returns that resource', async () => {
    const { data } = await client.DELETE('/api/v1/teams/{teamId}/api-keys/{keyId}', {
      params: { path: { ...ofTeam, keyId: 'key_a1B2c3D4e5F5' } },
    });
    expect(data?.data).toMatchObject({ id: 'key_a1B2c3D4e5F5', name: 'Website widget', status: 'revoked' });
    expect(data?.data.revokedAt).not.toBeNull();
  });
});

async function made(body: { title: string } & Record<string, unknown>) {
  const { data, error } = await client.POST(tickets, { params: { path: ofTeam }, body });
  if (!data) throw new Error(JSON.stringify(error));
  return data.data;
}

async function changed(body: object, ticketId = 'tkt_a1B2c3D4e5F6') {
  const { data } = await client.PATCH(ticket, { params: { path: { ...ofTeam, ticketId } }, body });
  if (!data) throw new Error('not changed');
  return data.data;
}

describe('a created ticket', () => {
  test('has the defaults of the contract for omitted fields', async () => {
    expect(await made({ title: 'Made by me' })).toMatchObject({
      ...{ title: 'Made by me', status: 'new', priority: 'normal', tags: [], notes: null, metadata: {} },
      ...{ customerId: null, customerName: null, assignedTo: null, closedAt: null },
    });
  });

  test('has the current time and a new ID that can be requested', async () => {
    const [one, other] = [await made({ title: 'One' }), await made({ title: 'Other' })];
    expect(one.id).not.toBe(other.id);
    expect(Date.now() - Date.parse(one.createdAt)).toBeLessThan(60_000);
    expect(one.updatedAt).toBe(one.createdAt);
    const params = { path: { ...ofTeam, ticketId: one.uuid } };
    expect((await client.GET(ticket, { params })).data?.data).toMatchObject({ id: one.id, uuid: one.uuid });
  });

  test.each(['resolved', 'closed'])('has closedAt if its status is %s', async (status) => {
    const { createdAt, closedAt } = await made({ title: 'Done', status });
    expect(closedAt).toBe(createdAt);
  });

  test('has the prefixed ID of the customer for both spellings in the request', async () => {
    const { id, uuid } = await made({ title: 'x' });
    const { customerId } = await made({ title: 'x', customerId: uuid });
    expect(customerId).toBe(id.replace('tkt_', 'cus_'));
  });

  test('returns 404 for the UUID of a customer that this API cannot have created', async () => {
    const body = { title: 'x', customerId: foreignUuid };
    const { error, response } = await client.POST(tickets, { params: { path: ofTeam }, body });
    expect([response.status, error?.error]).toMatchObject([404, { code: 'resource_missing', param: 'customerId' }]);
  });

  test('returns the example if Prefer names the example', async () => {
    const body = { title: 'Made by me' };
    const headers = { prefer: 'example=created' };
    const { data } = await clientOf(mock, keys.secretTest, headers).POST(tickets, { params: { path: ofTeam }, body });
    expect(data?.data).toMatchObject({ title: 'Cannot log in', id: 'tkt_a1B2c3D4e5F6' });
  });
});

describe('a changed ticket', () => {
  test('has the changes, and otherwise the fields of the requested ticket', async () => {
    expect(await changed({ title: 'After' })).toMatchObject({ title: 'After', status: 'open', closedAt: null });
    expect(await changed({ priority: 'low' }, 'tkt_b2C3d4E5f6G7')).toMatchObject({
      ...{ title: 'Where is my invoice', priority: 'low', status: 'new' },
    });
  });

  test('has no value for fields that are set to null', async () => {
    expect(await changed({ assignedTo: null, metadata: { orderId: null, a: 'b' } })).toMatchObject({
      assignedTo: null,
      metadata: { a: 'b' },
    });
  });

  test('has closedAt while it is closed, and the current time in updatedAt', async () => {
    const { closedAt, updatedAt, createdAt } = await changed({ status: 'closed' });
    expect(closedAt).toBe(updatedAt);
    expect(updatedAt > createdAt).toBe(true);
    expect((await changed({ status: 'pending' })).closedAt).toBeNull();
  });

  test('has no messages, as on the server', async () =>
    expect((await changed({ title: 'x' })).messages).toBeUndefined());
});

test('a message has the text that was sent and the ID of its ticket', async () => {
  const { data } = await client.POST(messages, {
    params: { path: { ...ofTeam, ticketId: 'tkt_b2C3d4E5f6G7' } },
    body: { content: 'Mine', isInternal: true },
  });
  expect(data?.data).toMatchObject({
    content: 'Mine',
    isInternal: true,
    ticketId: 'tkt_b2C3d4E5f6G7',
    sender: 'agent',
  });
});

describe('a key', () => {
  const path = '/api/v1/teams/{teamId}/api-keys/{keyId}';
  test.each([
    [false, 'deactivated'],
    [true, 'active'],
  ] as const)('with isActive %s is %s', async (isActive, status) => {
    const params = { path: { ...ofTeam, keyId: 'key_a1B2c3D4e5F5' } };
    const { data } = await client.PATCH(path, { params, body: { isActive } });
    expect(data?.data).toMatchObject({ name: 'Website widget', status });
  });

  test.each(['secret', 'publishable'] as const)('of type %s has a secret of that type', async (type) => {
    const body = { name: 'Mine', type, permissions: [] };
    const { data } = await client.POST('/api/v1/teams/{teamId}/api-keys', { params: { path: ofTeam }, body });
    const prefix = `${type.charAt(0)}k_test_`;
    expect(data?.data).toMatchObject({ name: 'Mine', type, prefix, permissions: [], expiresAt: null });
    expect(data?.data.key.startsWith(prefix)).toBe(true);
  });

  test('changes only the restrictions that are sent', async () => {
    const params = { path: { ...ofTeam, keyId: 'key_a1B2c3D4e5F6' } };
    const body = { restrictions: { endpoints: ['listTickets' as const] }, expiresAt: '2099-01-01T02:00:00+02:00' };
    const { data } = await client.PATCH(path, { params, body });
    expect(data?.data).toMatchObject({
      restrictions: { ipAddresses: [], referrers: [], endpoints: ['listTickets'] },
      expiresAt: '2099-01-01T00:00:00.000Z',
    });
  });
});
