// 100 equal parallel POSTs with one key create one ticket and one event, for any server that responds or is killed.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ServerEnv, type ServerProcess, startServer } from '../crash/child.ts';
import { idIn } from '../crash/load.ts';
import { ownDatabase } from '../support/database.ts';

const { TEST_DATABASE_URL } = process.env;
const requests = 100;
/** The number of responses before a process is killed. */
const killAfter = [0, 1, 10];
type Outcome = { status: number; body: string; isReplay: boolean } | undefined;

let env: ServerEnv;
let running: ServerProcess[];
let clean: () => Promise<void>;

async function prepare(postgresUrl: string | undefined): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cstar-parallel-'));
  const { url, drop } = postgresUrl ? await ownDatabase(postgresUrl) : { url: undefined, drop: async () => {} };
  env = {
    DATA_DIR: dataDir,
    ...(url && { DATABASE_URL: url, ENCRYPTION_KEYS: `one:${randomBytes(32).toString('base64')}` }),
  };
  running = [];
  clean = async () => {
    await Promise.all(running.map((server) => server.kill()));
    await drop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
afterEach(() => clean());

async function server(): Promise<ServerProcess> {
  const started = await startServer(env);
  running.push(started);
  return started;
}

const ticketsOf = ({ url, demo }: ServerProcess) => `${url}/api/v1/teams/${demo.teams[0].id}/tickets`;
const headersOf = ({ demo }: ServerProcess) => ({ authorization: `Bearer ${demo.teams[0].keys.secretTest}` });

/** Undefined if the server was killed before it responded. */
async function post(server: ServerProcess, once: string): Promise<Outcome> {
  try {
    const response = await fetch(ticketsOf(server), {
      method: 'POST',
      headers: { ...headersOf(server), 'content-type': 'application/json', 'idempotency-key': once },
      body: JSON.stringify({ title: `Parallel ${once}` }),
    });
    const isReplay = response.headers.get('idempotency-replayed') === 'true';
    return { status: response.status, body: await response.text(), isReplay };
  } catch {
    return undefined;
  }
}

/** The responses to equal requests, sent to the servers in turn. */
function postAll(
  servers: ServerProcess[],
  once: string,
  onAnswer: (count: number) => void = () => {},
): Promise<Outcome[]> {
  let answers = 0;
  return Promise.all(
    Array.from({ length: requests }, async (_, i) => {
      const outcome = await post(servers[i % servers.length] as ServerProcess, once);
      onAnswer(++answers);
      return outcome;
    }),
  );
}

/** Each response is the one ticket, or 409. At most one of them is not a replay. */
async function expectOne(outcomes: Outcome[], once: string, survivor: ServerProcess): Promise<void> {
  const last = await post(survivor, once);
  expect(last?.status).toBe(201);
  const answered = [...outcomes, last].filter((one) => one !== undefined);
  const created = answered.filter(({ status }) => status === 201);
  const refused = answered.filter(({ status }) => status !== 201);
  for (const { status, body } of refused)
    expect([status, JSON.parse(body).error.code]).toEqual([409, 'idempotency_conflict']);
  expect(new Set(created.map(({ body }) => body)).size).toBe(1);
  expect(created.filter(({ isReplay }) => !isReplay).length).toBeLessThanOrEqual(1);

  const headers = headersOf(survivor);
  const total = async (url: string) => {
    const { pagination } = (await (await fetch(url, { headers })).json()) as { pagination: { total: number } };
    return pagination.total;
  };
  expect(await total(`${ticketsOf(survivor)}?search=${encodeURIComponent(once)}`)).toBe(1);
  const events = ticketsOf(survivor).replace(/tickets$/, 'events');
  expect(await total(`${events}?resource=${idIn((last as { body: string }).body)}`)).toBe(1);
  const lost = outcomes.filter((one) => one === undefined).length;
  console.log(`${created.length - 1} answered 201, ${refused.length} refused with 409, ${lost} lost with their server`);
}

describe('parallel requests with one key are executed once on the embedded store', () => {
  beforeEach(() => prepare(undefined));

  test('by one process', { timeout: 60_000 }, async () => {
    const only = await server();
    const once = randomUUID();
    const outcomes = await postAll([only], once);
    expect(outcomes.filter((one) => one?.status === 201 && !one.isReplay)).toHaveLength(1);
    await expectOne(outcomes, once, only);
  });

  test('by one process that is killed with -9 and restarted', { timeout: 120_000 }, async () => {
    for (const count of killAfter) {
      const first = await server();
      const once = randomUUID();
      const outcomes = await killedAfter(count, [first], once);
      await expectOne(outcomes, once, await server());
      await Promise.all(running.map((one) => one.kill()));
    }
  });
});

describe.skipIf(!TEST_DATABASE_URL)(
  'parallel requests with one key are executed once on PostgreSQL (skipped without TEST_DATABASE_URL)',
  () => {
    beforeEach(() => prepare(TEST_DATABASE_URL));

    test('by two processes', { timeout: 60_000 }, async () => {
      const one = await server();
      const other = await server();
      for (let round = 0; round < 5; round++) {
        const once = randomUUID();
        const outcomes = await postAll([one, other], once);
        expect(outcomes.filter((answer) => answer?.status === 201 && !answer.isReplay)).toHaveLength(1);
        await expectOne(outcomes, once, one);
      }
    });

    test('by two processes, one of which is killed with -9', { timeout: 120_000 }, async () => {
      const survivor = await server();
      for (const count of killAfter) {
        const victim = await server();
        const once = randomUUID();
        await expectOne(await killedAfter(count, [victim, survivor], once), once, survivor);
      }
    });
  },
);

/** Sends all requests and kills the first server after this number of responses. */
async function killedAfter(count: number, servers: ServerProcess[], once: string): Promise<Outcome[]> {
  const [victim] = servers as [ServerProcess];
  const sending = postAll(servers, once, (answers) => {
    if (answers === count) void victim.kill();
  });
  if (count === 0) setImmediate(() => void victim.kill());
  const outcomes = await sending;
  await victim.kill();
  return outcomes;
}
