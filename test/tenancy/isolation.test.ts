// No caller reads, changes or detects data of another team or environment. The cases are made from the operation table
// and the contract: every place for an ID receives the IDs of three other tenants, in every spelling, and each response
// must equal the response to an ID that does not exist. On the server only, because the mock has no data of tenants.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Backend, judgedFetch } from '../support/client.ts';
import { limitsOf, type RunningPair, startPair } from '../support/home.ts';
import { sample } from '../support/sample.ts';
import { stateOf } from '../support/tableTexts.ts';
import { type Place, places } from './places.ts';
import { askFor, entryOf, spell } from './requests.ts';
import { idsIn, newWorld, nowhere, type TenantOf, type World } from './world.ts';

const casesOfRun = 1_500;

/** The kinds that both environments of a team share, so that only those of another team are foreign. */
const teamWide: Record<string, string> = {
  mem: 'the same people work in live and test',
  teamId: 'a team is not of an environment',
  team: 'a team is not of an environment',
};
const isOpen = ({ operationId }: Place) => entryOf(operationId).security.length === 0;
/** Open operations return the library of every team. The team is the address, and its content can be foreign. */
const isPublic = (place: Place) => isOpen(place) && place.kind === 'team';
function isForeign(place: Place, own: TenantOf, other: TenantOf): boolean {
  if (isPublic(place)) return false;
  return place.kind in teamWide ? other.team !== own.team && other.environment === own.environment : other !== own;
}

type Asker = { own: TenantOf; key: string };
/** An ID of another tenant in one spelling, and an ID of the same kind that does not exist. */
type Case = Asker & { other: TenantOf; spelling: string; text: string; nobodys: string };
type Answer = { status: number; headers: Record<string, string>; body: string };

/** Fields that differ between any two requests. */
const passing = ['date', 'x-request-id', 'x-ratelimit-remaining', 'x-ratelimit-reset'];

let world: World;
let running: RunningPair | undefined;
let before: Record<string, string[]>;
let compared = 0;

beforeAll(async () => {
  world = await newWorld();
  before = await stateOf(world.home);
  running = await startPair(world.home, { limits: limitsOf(1_000_000) });
}, 60_000);

afterAll(async () => {
  await running?.stop();
  await world.home.remove();
});

describe('an ID of another tenant returns the response of an ID that does not exist', () => {
  test.each(places.map((place) => [`${place.operationId}: ${place.at} ${place.path.join('.')}`, place] as const))(
    '%s',
    async (title, place) => {
      const cases = sample(title, casesOf(place), Math.ceil(casesOfRun / places.length));
      for (const { own, key, other, spelling, text, nobodys } of cases) {
        const foreign = await answerTo(place, text, own, key);
        const missing = await answerTo(place, nobodys, own, key);
        const what = `${own.environment} asks for ${spelling} of ${other.team.slug} ${other.environment}`;
        expect(foreign, what).toEqual(missing);
        expectNothingOf(foreign, place, own, what);
      }
      compared += cases.length;
      expect(cases.length > 0, 'asked at least once').toBe(!isPublic(place));
    },
    60_000,
  );

  test('and no row of any tenant has changed', async () => {
    console.log(`isolation: ${compared} requests with foreign ids in ${places.length} places, each beside its twin`);
    expect(compared).toBeGreaterThan(0);
    await running?.stop();
    running = undefined;
    const after = await stateOf(world.home);
    for (const table of Object.keys(before)) expect(after[table], table).toEqual(before[table]);
    for (const table of ['tickets', 'members', 'articles', 'events']) expect(after[table]).not.toEqual([]);
  }, 60_000);
});

// Without this test, a request that fails for another reason would count as isolated.
describe('the same request with an ID of the own tenant succeeds', () => {
  beforeAll(async () => {
    running = await startPair(world.home, { limits: limitsOf(1_000_000) });
  }, 60_000);

  test.each(inOrder().map((place) => [`${place.operationId}: ${place.at} ${place.path.join('.')}`, place] as const))(
    '%s',
    async (_title, place) => {
      for (const { own, key } of askersOf(place)) {
        const [[, text] = ['', '']] = spell(place.kind, own.things);
        const { status, body } = await answerTo(place, text, own, key);
        expect(status, `${own.environment}: ${body}`).toBe(entryOf(place.operationId).successStatus);
        if (place.at !== 'query') continue;
        const { data } = JSON.parse(body);
        if (!isBehindTheOldest(place)) expect(data, `${own.environment} filters`).not.toEqual([]);
      }
    },
    60_000,
  );
});

/** The cursor is the position of a demo ticket, and these lists have no older items. */
const isBehindTheOldest = ({ kind, operationId }: Place): boolean =>
  kind === 'cursor' && ['listApiKeys', 'listAuditEntries'].includes(operationId);

/** Reads first, then writes, deletions and the reset, so that the resource of each case still exists. */
function inOrder(): Place[] {
  const rank = ({ operationId }: Place) => {
    const { method, environment } = entryOf(operationId);
    return environment ? 3 : ({ GET: 0, DELETE: 2 }[method as string] ?? 1);
  };
  const isFirst = (place: Place) => place === places.find(({ operationId }) => operationId === place.operationId);
  return places
    .filter((place) => entryOf(place.operationId).method !== 'DELETE' || isFirst(place)) // it can be deleted only once
    .toSorted((one, other) => rank(one) - rank(other));
}

function casesOf(place: Place): Case[] {
  return askersOf(place).flatMap(({ own, key }) =>
    world.tenants
      .filter((other) => isForeign(place, own, other))
      .flatMap((other) => {
        const nobodys = new Map(spell(place.kind, nowhere(other.things, place.kind)));
        return spell(place.kind, other.things).map(([spelling, text]) => ({
          ...{ own, key, other, spelling, text },
          nobodys: nobodys.get(spelling) as string, // of the same kind
        }));
      }),
  );
}

/**
 * Both environments of one team, with every kind of key that has access. No key for open operations, which return live
 * data.
 */
function askersOf(place: Place): Asker[] {
  const { security, secretQuery, environment } = entryOf(place.operationId);
  const [first] = world.tenants;
  const owners = world.tenants.filter(({ team }) => team === first?.team);
  if (isOpen(place)) return owners.filter((own) => own.environment === 'live').map((own) => ({ own, key: '' }));
  return owners
    .filter((own) => environment === null || environment === own.environment)
    .flatMap((own) =>
      security
        .filter(
          ({ scheme }) =>
            scheme === 'secretKey' || !(secretQuery as readonly string[]).includes(place.path[0] as string),
        )
        .map(({ scheme }) => ({ own, key: keyOf(own, scheme) })),
    );
}

function keyOf({ team: { keys }, environment }: TenantOf, scheme: string): string {
  const [test, live] =
    scheme === 'secretKey' ? [keys.secretTest, keys.secretLive] : [keys.publishableTest, keys.publishableLive];
  return environment === 'test' ? test : live;
}

async function answerTo(place: Place, text: string, own: TenantOf, key: string): Promise<Answer> {
  const { method, path, body } = askFor(place, text, own.things);
  const server: Backend = { name: 'server', url: (running as RunningPair).pair.server }; // started before each describe
  const headers = {
    ...(key && { authorization: `Bearer ${key}` }),
    ...(body && { 'content-type': 'application/json' }),
  };
  const response = await judgedFetch(server)(new Request(server.url + path, { method, headers, body }));
  return {
    status: response.status,
    headers: Object.fromEntries([...response.headers].filter(([name]) => !passing.includes(name))),
    body: (await response.text())
      .replaceAll(text, '<id>')
      .replaceAll(/req_\w{12}/g, '<request>')
      .replaceAll(/"timestamp":"[^"]+"/g, '"timestamp":"<time>"'),
  };
}

/**
 * Asserts that the response is no success, except an empty list or an own page after a cursor, and contains no foreign
 * ID.
 */
function expectNothingOf({ status, body }: Answer, { kind }: Place, own: TenantOf, what: string): void {
  if (status < 400 && kind !== 'cursor') expect(JSON.parse(body).data, what).toEqual([]);
  const strangers = idsIn(body).filter((id) => {
    const owner = world.ownerOf.get(id);
    return owner !== undefined && owner !== own.team.id && owner !== `${own.team.id}/${own.environment}`;
  });
  expect(strangers, what).toEqual([]);
}
