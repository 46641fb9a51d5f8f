// Publishable keys cannot count or notice data that they cannot see: secret rows in lists, and changes to secret
// fields.

import { describe, expect, test } from 'vitest';
import { secretFields, secretWhen } from '../../generated/operations.ts';
import { type Backend, backends, clientOf, keys, send } from '../support/client.ts';
import { contract, follow } from '../support/judge.ts';
import { inJson, type TableEntry, written } from '../support/table.ts';
import { demoTicket } from './demo.ts';
import { only } from './only.ts';
import { successSchema } from './places.ts';
import { messages, newTicket, ofTeam, read, type Ticket, ticket, tickets } from './tickets.ts';

const secretSchemas = Object.keys(secretWhen).map((name) => contract.components.schemas[name]);
/** The lists with rows for secret keys only that publishable keys can request. */
const lists = inJson.filter((operation) => {
  const { items } = follow(follow(successSchema(operation)).properties?.data ?? {});
  const isOpen = operation.security.every(({ scheme }) => (scheme as string) !== 'secretKey');
  return items && secretSchemas.includes(follow(items)) && (isOpen || mayAsk(operation));
});
function mayAsk({ security }: TableEntry): boolean {
  return security.some(({ scheme }) => scheme === 'publishableKey');
}

type List = { path: string; add(isSecret: boolean): Promise<unknown> };
/** An empty list, and a function that adds a row to it. */
const emptyLists: Record<string, (backend: Backend) => Promise<List>> = {
  async listMessages(backend) {
    const { id } = await newTicket(backend);
    const params = { path: { ...ofTeam, ticketId: id } };
    return {
      path: messages.replace('{teamId}', ofTeam.teamId).replace('{ticketId}', id),
      add: (isInternal) => clientOf(backend).POST(messages, { params, body: { content: 'x', isInternal } }),
    };
  },
};

test('every list that can contain secret rows is tested', () => {
  expect(lists.map(({ operationId }) => operationId)).toEqual(Object.keys(emptyLists));
});

describe.each(backends)('a publishable key on $name', (backend) => {
  const stateful = only(backend, 'keeps state');

  stateful.each(lists)(
    '200 from $operationId as if secret rows did not exist: total, hasMore and cursors',
    async (operation) => {
      const { path, add } = await (emptyLists[operation.operationId] as (backend: Backend) => Promise<List>)(backend);
      for (const isSecret of [true, false, true, true, false, true]) await add(isSecret);
      const ask = async (query: string, key: string) =>
        (await (await send(backend, `${path}?pageSize=1&${query}`, { key })).json()) as {
          data: { id: string }[];
          pagination: { total: number; hasMore: boolean; nextCursor?: string };
        };
      expect((await ask('', keys.secretTest)).pagination).toMatchObject({ total: 6, hasMore: true });

      const pages = [await ask('page=1', keys.publishableTest), await ask('page=2', keys.publishableTest)];
      expect(pages.map(({ data, pagination }) => [data.length, pagination.total, pagination.hasMore])).toEqual([
        [1, 2, true],
        [1, 2, false],
      ]);
      expect(pages[1]?.pagination.nextCursor).toBeUndefined();
      expect((await ask('page=3', keys.publishableTest)).data).toEqual([]);
      const next = await ask(`cursor=${pages[0]?.pagination.nextCursor}`, keys.publishableTest);
      expect(next).toMatchObject({ data: [{ id: pages[1]?.data[0]?.id }], pagination: { total: 2, hasMore: false } });
    },
  );

  type Changes = NonNullable<Parameters<ReturnType<typeof clientOf>['PATCH']>[1]>['body'];
  const change = async (id: string, body: object) =>
    clientOf(backend).PATCH(ticket, { params: { path: { ...ofTeam, ticketId: id } }, body: body as Changes });
  /** The ticket as a publishable key receives it, by get and by list. */
  const publicly = async ({ id, title }: Ticket) => {
    const query = { search: title, pageSize: 100 };
    const { data } = await clientOf(backend, keys.publishableTest).GET(tickets, { params: { path: ofTeam, query } });
    return [await read(backend, id, keys.publishableTest), data?.data];
  };
  const update: string[] = Object.keys(follow(requestOf('updateTicket')).properties);
  const secret: readonly string[] = secretFields.Ticket;

  stateful.each(update.filter((field) => secret.includes(field)))(
    '200 from updateTicket with %s is not visible',
    async (field) => {
      const made = await newTicket(backend, { title: crypto.randomUUID() });
      const before = await publicly(made);
      expect((await change(made.id, { [field]: await newValueOf(field, backend) })).response.status).toBe(200);
      expect((await read(backend, made.id))?.updatedAt).not.toBe(made.updatedAt);
      expect(await publicly(made)).toEqual(before);
    },
  );

  stateful.each(update.filter((field) => !secret.includes(field)))(
    '200 from updateTicket with %s changes updatedAt for every caller',
    async (field) => {
      const made = await newTicket(backend);
      await change(made.id, { [field]: await newValueOf(field, backend), notes: 'and a secret field' });
      const after = await read(backend, made.id);
      expect(after?.updatedAt).not.toBe(made.updatedAt);
      expect((await read(backend, made.id, keys.publishableTest))?.updatedAt).toBe(after?.updatedAt);
    },
  );

  stateful('201 for an internal message has no visible effect, and for a public message it has', async () => {
    const made = await newTicket(backend, { title: crypto.randomUUID() });
    const before = await publicly(made);
    const params = { path: { ...ofTeam, ticketId: made.id } };
    const add = (isInternal: boolean) =>
      clientOf(backend).POST(messages, { params, body: { content: 'x', isInternal } });
    const note = await add(true);
    expect((await read(backend, made.id))?.updatedAt).toBe(note.data?.data.createdAt);
    expect(await publicly(made)).toEqual(before);
    const answer = await add(false);
    expect((await read(backend, made.id, keys.publishableTest))?.updatedAt).toBe(answer.data?.data.createdAt);
  });
});

const requestOf = (operationId: string) => {
  const { path, method } = written.find((one) => one.operationId === operationId) as TableEntry;
  return contract.paths[path][method.toLowerCase()].requestBody.content['application/json'].schema;
};

async function newValueOf(field: string, backend: Backend): Promise<unknown> {
  const values: Record<string, unknown> = {
    title: 'Another',
    status: 'closed',
    priority: 'urgent',
    notes: 'Another',
    tags: ['another'],
    metadata: { another: '1' },
    assignedTo: await someMember(backend),
  };
  expect(values, `a value for ${field}`).toHaveProperty(field);
  return values[field];
}

async function someMember(backend: Backend): Promise<string> {
  return (await read(backend, demoTicket.id))?.assignedTo as string; // the oldest ticket is not new, so it is assigned
}
