// Mutates a valid request in one or two places, as a careless or curious client would. Not every mutation makes it
// invalid.

import type { Random } from '../support/random.ts';
import type { Attempt } from './attempt.ts';

const uuid = '019470a1-2b3c-8d4e-9f50-a1b2c3d4e5f6';
const ids = ['tkt_a1B2c3D4e5F6', 'mem_q1W2e3R4t5Y6', 'cus_x9Y8z7W6v5U4', uuid, uuid.toUpperCase()];
const brokenIds = [
  'tkt_a1B2c3D4e5F',
  'tkt_a1B2c3D4e5F67',
  'TKT_a1B2c3D4e5F6',
  `${uuid}0`,
  uuid.replaceAll('-', ''),
  `{${uuid}}`,
];
const words = ['new', 'open', 'resolved', 'high', 'normal', 'agent', 'customer', 'system', 'OPEN', 'open ', 'whatever'];
const odd = [
  '',
  ' ',
  '\t',
  '.',
  '..',
  'null',
  'true',
  'undefined',
  '[]',
  '{}',
  "' or 1=1--",
  '☃',
  '😀',
  'é',
  'e\u0301',
  '\u202e',
  '%',
  '+',
  'a,b',
  'a/b',
  '\0',
  '-',
  'a--b',
  '-a',
  'Slug',
  'a.b',
];
const figures = [
  '0',
  '1',
  '2',
  '-1',
  '-0',
  '100',
  '101',
  '10000',
  '10001',
  '1.5',
  '1.0',
  '1e2',
  '1e999',
  '99999999999999999999',
  '0x10',
  '08',
  '+1',
  ' 1',
  'NaN',
  'Infinity',
];
const lengths = [
  1, 39, 40, 41, 50, 51, 63, 64, 65, 99, 100, 101, 120, 199, 200, 201, 255, 256, 500, 501, 10_000, 10_001, 50_001,
];

function someText(random: Random): string {
  const length = random.pick(lengths);
  return random.pick([
    () => random.pick(ids),
    () => random.pick(brokenIds),
    () => random.pick(words),
    () => random.pick(odd),
    () => random.pick(figures),
    () => 'a\0b',
    () => 'a'.repeat(length),
    () => '😀'.repeat(length), // two UTF-16 code units, one character
  ])();
}

/** The lengths that a URL can have. */
const shortText = (random: Random): string => [...someText(random)].slice(0, 260).join('');

function someValue(random: Random): unknown {
  return random.pick<() => unknown>([
    () => someText(random),
    () => someText(random),
    () => 'a\ud800',
    () => null,
    () => random.pick([0, 1, -1, 1.5, 1e21, true, false]),
    () => random.pick([[], ['a'], ['a', 'a'], [null], [['a']], [1, 2], [{}]]),
    () => Array.from({ length: random.pick([19, 20, 21]) }, (_, i) => `t${i}`),
    () =>
      random.pick<object>([
        {},
        { a: 'b' },
        { a: null },
        { a: { b: 'c' } },
        { 'a b': 'c' },
        { '': 'c' },
        { constructor: 'c' },
      ]),
    () => Object.fromEntries(Array.from({ length: random.pick([49, 50, 51]) }, (_, i) => [`k${i}`, 'v'])),
  ])();
}

type Change = (attempt: Attempt, random: Random) => void;

const changeQuery: Change = ({ operation, query }, random) => {
  const known: string[] = operation.parameters.filter((one: any) => one.in === 'query').map((one: any) => one.name);
  const unknown = ['colour', 'Page', 'page[]', 'page ', 'limit', 'teamId', '__proto__', 'constructor', ''];
  const name = random.below(8) > 0 && known.length > 0 ? random.pick(known) : random.pick(unknown);
  const value = /^page/.test(name) && random.below(2) ? random.pick(figures) : shortText(random);
  const place = query.findIndex(([given]) => given === name);
  if (place >= 0 && random.below(4) > 0) query[place] = [name, value];
  else query.push([name, value]); // possibly a second time
};

const changePath: Change = ({ path }, random) => {
  const names = Object.keys(path);
  const value = shortText(random);
  if (names.length > 0 && value !== '') path[random.pick(names)] = value; // an empty one changes the path
};

const changeVersion: Change = (attempt, random) => {
  attempt.version = random.pick([
    '2026-03-01',
    '2026-03-01',
    '',
    '2026-03-02',
    '2026-3-1',
    ' 2026-03-01',
    'latest',
    '1',
    'a'.repeat(300),
  ]);
};

/** Every object and array in a body, the body itself first. */
const containersOf = (value: unknown): object[] =>
  typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(containersOf)] : [];

const changeBody: Change = (attempt, random) => {
  const containers = containersOf(attempt.body);
  if (containers.length === 0 || random.below(25) === 0) {
    attempt.body = random.pick([undefined, null, 'text', 1, true, [], {}, [attempt.body]]);
    return;
  }
  const at = random.pick(containers) as Record<string, unknown>;
  const names = Object.keys(at);
  const name = names.length > 0 && random.below(5) > 0 ? random.pick(names) : shortText(random);
  if (random.below(6) === 0 && !Array.isArray(at)) delete at[name];
  else if (random.below(5) === 0 && Array.isArray(at)) at.push(at[0] ?? someValue(random));
  else Object.defineProperty(at, Array.isArray(at) ? '0' : name, own(someValue(random)));
};
const own = (value: unknown) => ({ value, writable: true, enumerable: true, configurable: true });

const knownBodies: Change = (attempt, random) => {
  const schemaNames = [
    'title',
    'status',
    'priority',
    'customerId',
    'customerName',
    'assignedTo',
    'tags',
    'notes',
    'metadata',
    'content',
    'sender',
    'senderName',
    'isInternal',
  ];
  const { body } = attempt;
  if (typeof body === 'object' && body !== null) Object.assign(body, { [random.pick(schemaNames)]: someValue(random) });
};

/** A copy with one change, and sometimes two. */
export function mutated(good: Attempt, random: Random): Attempt {
  const attempt: Attempt = { ...structuredClone({ ...good, operation: undefined }), operation: good.operation };
  const changes =
    attempt.body === undefined
      ? [changeQuery, changeQuery, changePath, changeVersion, changeBody]
      : [
          changeBody,
          changeBody,
          changeBody,
          knownBodies,
          knownBodies,
          knownBodies,
          changePath,
          changeQuery,
          changeVersion,
        ];
  for (let left = random.below(4) === 0 ? 2 : 1; left > 0; left--) random.pick(changes)(attempt, random);
  return attempt;
}
