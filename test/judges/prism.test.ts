// Stock Prism is a second judge with separate code. It serves the contract as a mock, and validates the responses of
// our server as a proxy.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoTeam } from '../../src/storage/demo/credentials.ts';
import { type Backend, clientOf, keys } from '../support/client.ts';
import { type Home, limitsOf, newHome, type RunningPair, startPair } from '../support/home.ts';
import { judge, type Node } from '../support/judge.ts';
import { randomFrom } from '../support/random.ts';
import { sample } from '../support/sample.ts';
import { unwritten } from '../support/table.ts';
import { type Attempt, goodAttempts, jsonOperations, send } from './attempt.ts';
import { mutated } from './mutate.ts';
import { type Prism, prismMock, prismProxy } from './prismCli.ts';

/** The proxy takes longer for a larger contract. */
const operationsOfRun = 28;
const badPerOperation = 18;
let tooMany = 0;

let prism: Prism;
let home: Home;
let server: Backend;
let team: DemoTeam;

describe('prism mock', () => {
  beforeAll(async () => {
    prism = await prismMock();
  }, 60_000);
  afterAll(() => prism.stop());

  // Prism sends a media type even without a body.
  const withContent = jsonOperations.filter(({ responses }) => !responses[204]);
  test.each(withContent.map((operation) => [operation.operationId, operation]))(
    'returns %s as the contract declares',
    async (_id, operation) => {
      const attempt = goodAttempts(operation)[0] as Attempt; // there is one per operation
      const { status, headers, body } = await send(prism.url, keys.secretTest, attempt);
      const { problems } = judge(operation.method, prism.url + filled(attempt), status, headers, body);
      expect({ ok: status >= 200 && status < 300, problems }).toEqual({ ok: true, problems: [] });
    },
  );
});

type Violation = { location: string[]; severity: string; code: string; message: string };
type Found = { violation: Violation; attempt: Attempt; status: number; code: string | undefined };

describe('prism proxy', () => {
  let own: RunningPair; // valid requests include deletions
  beforeAll(async () => {
    home = await newHome();
    own = await startPair(home, { limits: limitsOf(1_000_000) });
    server = { name: 'server', url: own.pair.server };
    team = own.pair.demo.teams[0];
  });
  afterAll(async () => {
    await prism.stop();
    await own.stop();
    await home.remove();
  });

  test('finds no violation in the responses of the server to valid and invalid requests', {
    timeout: 120_000,
  }, async () => {
    prism = await prismProxy(server.url);
    const random = randomFrom(13);
    const statuses: Record<number, number> = {};
    const found: Found[] = [];
    const known = jsonOperations.filter(({ operationId }) => !unwritten.has(operationId));
    for (const operation of sample('prism', known, operationsOfRun)) {
      const good = await Promise.all(goodAttempts(operation).map(onOurs));
      const bad = Array.from({ length: badPerOperation }, () => mutated(random.pick(good), random));
      const { secretTest, publishableTest, revoked, ticketsReadOnly } = team.keys;
      const asked = [...good, ...bad]
        .filter(({ body, path }) => isReportable(body) && !Object.values(path).some((value) => /^\.\.?$/.test(value)))
        .map((attempt) => ({ attempt: takenByProxy(attempt), key: secretTest }));
      const strangers = [publishableTest, revoked, ticketsReadOnly, 'none'];
      for (const { attempt, key } of [...asked, ...strangers.map((key) => ({ attempt: good[0] as Attempt, key }))]) {
        const { status, headers, body } = await send(prism.url, key, attempt);
        expect(headers.get('X-Request-Id')).toMatch(/^req_/); // the response is ours and not that of the proxy
        statuses[status] = (statuses[status] ?? 0) + 1;
        found.push(
          ...violationsIn(headers).map((violation) => ({ violation, attempt, status, code: body.error?.code })),
        );
      }
    }
    const ofAnswers = found.filter(({ violation }) => violation.location[0] === 'response');
    console.log(
      `answers by status ${JSON.stringify(statuses)}; Prism objects to ${found.length - ofAnswers.length} things in requests, ${ofAnswers.length} in answers`,
    );
    expect(ofAnswers.map(inWords)).toEqual([]); // no difference requires an explanation
    expect(found.length).toBeGreaterThan(100); // and it validates
    expect(tooMany).toBeLessThan(5);
  });

  test('finds a planted violation', async () => {
    const wrong = createServer((_req, res) => {
      res.writeHead(200, { 'Content-Type': 'application/json' }).end('{"success":true,"data":{"status":"well"}}');
    }).listen(0, '127.0.0.1');
    await once(wrong, 'listening');
    await prism.stop();
    prism = await prismProxy(`http://127.0.0.1:${(wrong.address() as AddressInfo).port}`); // a TCP server has an address object
    const health = jsonOperations.find(({ operationId }) => operationId === 'getHealth');
    const { headers } = await send(prism.url, 'none', goodAttempts(health as Node)[0] as Attempt);
    wrong.close();
    expect(violationsIn(headers).map(({ location }) => location.join('.'))).toEqual(
      expect.arrayContaining(['response.body', 'response.body.data.status']),
    );
  });
});

/** A request can have so many violations that Prism only says so. Such a response tells nothing about the server. */
function violationsIn(headers: Headers): Violation[] {
  const text = headers.get('sl-violations') ?? '[]';
  if (text.startsWith('Too many violations')) tooMany++;
  else return JSON.parse(text);
  return [];
}

/** The example of the contract, on a team, an article and a new ticket of the server. */
async function onOurs(attempt: Attempt): Promise<Attempt> {
  const client = clientOf(server, team.keys.secretTest);
  const params = { path: { teamId: team.id } };
  const newTicket = { params, body: { title: 'For the proxy' } };
  const ours: Record<string, () => Promise<string>> = {
    teamId: async () => team.id,
    team: async () => team.slug,
    slug: async () => 'how-to-reset-password',
    ticketId: async () => (await client.POST(tickets, newTicket)).data?.data.id as string, // the judge accepted it
    eventId: async () => (await client.GET('/api/v1/teams/{teamId}/events', { params })).data?.data[0]?.id as string,
  };
  const path = Object.entries(attempt.path).map(async ([name, example]) => [name, (await ours[name]?.()) ?? example]);
  return { ...attempt, path: Object.fromEntries(await Promise.all(path)) };
}
const tickets = '/api/v1/teams/{teamId}/tickets';

/** Prism does not forward the body of a GET (https://github.com/stoplightio/prism/issues/2259). */
const takenByProxy = (attempt: Attempt): Attempt =>
  attempt.operation.method === 'get' ? { ...attempt, body: undefined } : attempt;

/** Prism names unknown fields in a header, and ends if a name is not valid in a header. */
function isReportable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, inner]) => /^[\t -~]*$/.test(name) && isReportable(inner));
}

const filled = ({ operation, path }: Attempt): string =>
  operation.path.replaceAll(/\{(\w+)\}/g, (_: string, name: string) => path[name]);

const inWords = ({ violation, attempt, status, code }: Found): string =>
  `${attempt.operation.operationId} ${status} ${code ?? ''}: ${violation.location.join('.')} ${violation.message} ` +
  JSON.stringify({ ...attempt, operation: undefined }).slice(0, 200);
