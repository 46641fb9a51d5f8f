// Publishable keys do not receive data marked `x-audience: secret`: not in a body, and not by search, filter or sort.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backends, clientOf, keys, send, team } from '../support/client.ts';
import { contract } from '../support/judge.ts';
import { inJson } from '../support/table.ts';
import { withInternal } from './demo.ts';
import { only } from './only.ts';
import { startFront } from './ownFront.ts';
import { at, placesOf, secretFieldsOf, secretNamesIn, successSchema, successSchemas } from './places.ts';
import { exampleContent, goodRequest, sendDraft, urlOf, withKey } from './requests.ts';
import { messages, newTicket, ofTeam, read, tickets } from './tickets.ts';

const forBoth = inJson.filter(({ security }) => {
  const schemes = security.map(({ scheme }) => scheme as string);
  return schemes.includes('publishableKey') && schemes.includes('secretKey');
});
type Entry = (typeof forBoth)[number];

/** The secret fields of a body, as `.data[].notes`. */
function secretsIn(operation: Entry, body: object): string[] {
  const found = placesOf(successSchema(operation), body).flatMap((place) =>
    secretFieldsOf(place.schema)
      .filter((name) => name in at(body, place))
      .map((name) => `${place.at}.${name}`),
  );
  return [...new Set(found)].toSorted();
}
/** The secret fields in the example of the operation. */
const secretsOf = (operation: Entry) =>
  placesOf(successSchema(operation), exampleContent(operation)).flatMap(({ at, schema }) =>
    secretFieldsOf(schema).map((name) => `${at}.${name}`),
  );
/** The secret fields in the schemas of the operation, independent of its examples. */
const secretNamesOf = (operation: Entry) => successSchemas(operation).flatMap((schema) => secretNamesIn(schema));
const holdingSecrets = forBoth.filter((operation) => secretNamesOf(operation).length > 0);
const requestOf = (operation: Entry) => {
  const good = goodRequest(operation);
  return { ...good, path: { ...good.path, ticketId: withInternal } };
};

const { Ticket, Message, TicketCreate } = contract.components.schemas;
const isReference = ({ $ref }: { $ref?: string }): boolean => $ref?.endsWith('Reference') ?? false;
/** Text that a client can write into a ticket and only secret keys can read. */
const secretTextFields = secretFieldsOf(Ticket).filter(
  (name) => TicketCreate.properties[name] && !isReference(TicketCreate.properties[name]), // an ID is not a text
);

test('the contract marks exactly the expected fields and parameters', () => {
  expect(holdingSecrets.map(({ operationId }) => operationId)).toEqual(['listTickets', 'getTicket', 'listMessages']);
  expect(secretTextFields).toEqual(['notes', 'metadata']);
  expect(secretFieldsOf(Ticket).toSorted()).toEqual([
    ...['assignedTo', 'firstResponseAt', 'metadata', 'notes', 'resolutionDeadline', 'resolutionTier'],
    ...['responseDeadline', 'responseTier', 'slaPaused'],
  ]);
  expect(secretFieldsOf(Message)).toEqual(['isInternal']);
  expect(Message['x-secret-when']).toBe('isInternal');
});

test('the examples contain every secret field of a response, so that the tests below cover it', () => {
  const shown = holdingSecrets.flatMap(secretsOf).map((place) => place.split('.').at(-1));
  expect(new Set(shown)).toEqual(new Set(holdingSecrets.flatMap(secretNamesOf)));
});

describe.each(backends)('a publishable key on $name', (backend) => {
  const stateful = only(backend, 'keeps state');

  test.each(holdingSecrets)(
    '200 from $operationId without the secret fields that a secret key receives',
    async (operation) => {
      const ask = async (key: string) =>
        (await (await sendDraft(backend, withKey(requestOf(operation), key))).json()) as object;
      expect(secretsIn(operation, await ask(keys.secretTest))).toEqual([...new Set(secretsOf(operation))].toSorted());
      expect(secretsIn(operation, await ask(keys.publishableTest))).toEqual([]);
    },
  );

  test.each(holdingSecrets)(
    '403 from $operationId for a secret filter, and 400 for a secret field that is not a filter',
    async (operation) => {
      const fields = [...new Set(secretsOf(operation).map((path) => path.split('.').at(-1) as string))];
      for (const field of [...fields, 'sort', 'sortBy', 'orderBy', 'fields', 'include']) {
        const draft = withKey(
          { ...requestOf(operation), query: { [field]: 'mem_q1W2e3R4t5Y6' } },
          keys.publishableTest,
        );
        const response = await send(backend, urlOf(draft), { key: keys.publishableTest });
        const { error } = (await response.json()) as { error: object };
        const isParameter = (operation.query as readonly string[]).includes(field);
        const expected = isParameter ? [403, 'insufficient_permissions'] : [400, 'parameter_unknown'];
        expect([response.status, error]).toEqual([
          expected[0],
          expect.objectContaining({ code: expected[1], param: field }),
        ]);
      }
    },
  );

  stateful('200 with an empty list for a search that matches secret text only', async () => {
    const word = crypto.randomUUID();
    const secretText = Object.fromEntries(
      secretTextFields.map((name) => [name, name === 'metadata' ? { [`k${word}`]: word } : word]),
    );
    const { id } = await newTicket(backend, { title: 'Nothing to see', ...secretText });
    const path = { ...ofTeam, ticketId: id };
    await clientOf(backend).POST(messages, { params: { path }, body: { content: word, isInternal: true } });
    expect(JSON.stringify(await read(backend, id)).split(word)).toHaveLength(5);
    expect(JSON.stringify(await read(backend, id, keys.publishableTest))).not.toContain(word);

    const control = await newTicket(backend, { title: `Seen ${word}` });
    const { data } = await clientOf(backend, keys.publishableTest).GET(tickets, {
      params: { path: ofTeam, query: { search: word } },
    });
    expect(data?.data.map((one) => one.id)).toEqual([control.id]);
    const byTag = await send(backend, `/api/v1/teams/${team.id}/tickets?tag=${word}`, { key: keys.publishableTest });
    expect(((await byTag.json()) as { data: object[] }).data).toEqual([]);
  });
});

describe('a handler that returns every field', () => {
  let front: Awaited<ReturnType<typeof startFront>>;
  beforeAll(async () => {
    front = await startFront({
      backend: async ({ operation }, finish) => {
        const entry = inJson.find(({ operationId }) => operationId === operation.operationId) as Entry;
        return finish({ status: 200, content: withNotes(entry) });
      },
    });
  });
  afterAll(() => front.stop());

  /** The example with an internal message in every list of messages. */
  function withNotes(operation: Entry) {
    const content = exampleContent(operation);
    for (const place of placesOf(successSchema(operation), content))
      if (place.schema['x-secret-when'] && place.keys.at(-1) === 0)
        Object.assign(at(content, place), { isInternal: true, content: 'among the team' });
    return content;
  }

  test.each(holdingSecrets)(
    '200 from $operationId contains only the fields for publishable keys',
    async (operation) => {
      const ask = async (key: string) => (await sendDraft(front, withKey(goodRequest(operation), key))).text();
      const [secret, publishable] = await Promise.all([ask(keys.secretTest), ask(keys.publishableTest)]);
      expect(secretsIn(operation, JSON.parse(publishable))).toEqual([]);
      expect(secretsIn(operation, JSON.parse(secret))).not.toEqual([]);
      expect(publishable).not.toContain('among the team');
      expect(secret.includes('among the team')).toBe(operation.operationId !== 'listTickets');
    },
  );
});
