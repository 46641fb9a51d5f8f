// Every field and parameter of a valid request, changed in every way that can violate a schema. Some changes keep the
// request valid.
import { follow, type Node } from '../support/judge.ts';
import { type Attempt, goodAttempts } from './attempt.ts';

const long = (length: number): string => 'a'.repeat(length);
const texts = ['', ' ', 'x', 'a b', '☃', '-', '"quoted"', 'null', 'a\tb', long(101), long(260), '😀'.repeat(250)];
const figures = ['0', '-1', '1.5', '0x10', '1e1', '+5', ' 5', '5 ', '08', '--1', 'NaN', 'Infinity', '9'.repeat(20)];
const ids = ['tkt_a1B2c3D4e5F', '019470a1-2b3c-8d4e-9f50-a1b2c3d4e5f', '"mem_q1W2e3R4t5Y6"'];
const times = [
  '2026-03-30',
  '2026-03-30 10:00:00Z',
  '2026-02-30T10:00:00Z',
  '2026-12-31T23:59:60Z',
  '0000-01-01T00:00:00Z',
];
const values: unknown[] = [
  ...texts,
  ...ids,
  ...times,
  long(60_000),
  null,
  true,
  0,
  -1,
  1.5,
  1e21,
  [],
  {},
  ['a', 'a'],
  [null],
  [''],
  [long(2000)],
  Array.from({ length: 1001 }, (_, i) => `t${i}`),
  { a: { b: 1 } },
  { 'a b': 'c' },
  { [long(300)]: 'c' },
  { ['😀'.repeat(200)]: 'c' },
  Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v'])),
];

/** Copies of the valid requests of the operation, each with one change. */
export function* spoiltEveryWay(operation: Node): Generator<Attempt> {
  const [good] = goodAttempts(operation) as [Attempt]; // there is one per operation
  const parameters: Node[] = operation.parameters;
  for (const { name, in: place } of parameters)
    for (const text of [...texts, ...figures, ...ids, ...times]) {
      if (place === 'query') yield { ...good, query: [[name, text]] };
      if (place === 'path' && text !== '') yield { ...good, path: { ...good.path, [name]: text } };
      if (place === 'header' && /^[ -~]*$/.test(text)) yield { ...good, headers: { [name]: text } };
    }
  for (const { name, in: place, required, example } of parameters) {
    if (place === 'query')
      yield {
        ...good,
        query: [
          [name, String(example)],
          [name, String(example)],
        ],
      };
    if (place === 'header' && required) yield { ...good, headers: { [name]: undefined } };
  }
  for (const name of ['colour', '__proto__', '', long(300), '😀']) yield { ...good, query: [[name, '1']] };
  for (const attempt of goodAttempts(operation)) if (attempt.body !== undefined) yield* spoiltBodies(attempt);
}

function* spoiltBodies(good: Attempt): Generator<Attempt> {
  for (const body of [null, 'text', 1, true, [], {}, [good.body], [[]]]) yield { ...good, body };
  const schema = follow(follow(good.operation.requestBody).content['application/json'].schema);
  for (const path of placesIn(good.body, schema)) {
    for (const value of values) yield { ...good, body: changed(good.body, path, value) };
    yield { ...good, body: changed(good.body, path, undefined) };
  }
}

/** The present fields, the other fields of the schema, and one unknown field. */
function placesIn(value: unknown, schema: Node): string[][] {
  const { properties = {}, items }: Node = follow(schema);
  if (Array.isArray(value)) return value.flatMap((one, i) => below(String(i), one, items ?? {}));
  if (typeof value !== 'object' || value === null) return [];
  const names = new Set([...Object.keys(value), ...Object.keys(properties), 'colour']);
  return [...names].flatMap((name) => below(name, (value as Node)[name], properties[name] ?? {}));
}

function below(name: string, value: unknown, schema: Node): string[][] {
  return [[name], ...placesIn(value, schema).map((path) => [name, ...path])];
}

function changed(body: unknown, [name = '', ...rest]: string[], value: unknown): unknown {
  const copy: any = Array.isArray(body) ? [...body] : { ...(body as object) };
  if (rest.length > 0) copy[name] = changed(copy[name], rest, value);
  else if (value === undefined) delete copy[name];
  else copy[name] = value;
  return copy;
}
