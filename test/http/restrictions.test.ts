// All kinds of restriction together, and endpoints. Addresses and referrers have their own tests.

import { describe, expect, test } from 'vitest';
import { admissionOf, type Restrictions, widened } from '../../src/http/restrictions.ts';
import { randomFrom } from '../support/random.ts';
import { written } from '../support/table.ts';

const listTickets = { operationId: 'listTickets', tag: 'Tickets' };
const getTicket = { operationId: 'getTicket', tag: 'Tickets' };
const listEvents = { operationId: 'listEvents', tag: 'Events' };
const operations = [listTickets, getTicket, listEvents, { operationId: 'getHealth', tag: 'Health' }];
const none: Restrictions = { ipAddresses: [], referrers: [], endpoints: [] };
const only = (endpoints: string[]): Restrictions => ({ ...none, endpoints });

test('a key without restrictions is admitted from everywhere to every operation', () => {
  const { address, referrer, operation } = admissionOf(none);
  expect([address({}), referrer({}), operation(getTicket)]).toEqual([true, true, true]);
});

test('each kind of restriction applies independently', () => {
  const { address, referrer, operation } = admissionOf({ ...none, ipAddresses: ['1.2.3.4'] });
  expect([address({ ip: '1.2.3.5' }), referrer({}), operation(getTicket)]).toEqual([false, true, true]);
});

test('several address ranges admit exactly the addresses in any of them', () => {
  const { address } = admissionOf({ ...none, ipAddresses: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'] });
  for (const ip of ['10.1.2.3', '2001:db8:1::1', '192.0.2.7', '::ffff:10.9.9.9'])
    expect(address({ ip }), ip).toBe(true);
  for (const ip of ['11.0.0.1', '2001:db9::1', '192.0.2.8', 'unknown', '', undefined])
    expect(address({ ip }), ip).toBe(false);
});

test('several referrer patterns admit exactly the pages that any of them covers', () => {
  const { referrer } = admissionOf({ ...none, referrers: ['https://a.test', 'https://b.test'] });
  for (const origin of ['https://a.test', 'https://b.test']) expect(referrer({ origin }), origin).toBe(true);
  expect(referrer({ referer: 'https://b.test/page' })).toBe(true);
  for (const headers of [{ origin: 'https://c.test' }, { origin: 'null' }, { referer: 'no URL' }, {}])
    expect(referrer(headers), JSON.stringify(headers)).toBe(false);
});

test.each([
  [['Tickets'], [true, true, false]],
  [['getTicket'], [false, true, false]],
  [
    ['getTicket', 'Events'],
    [false, true, true],
  ],
  [
    ['tickets', 'gettic', 'noSuchOperation'],
    [false, false, false],
  ],
])('%j admits listTickets, getTicket, listEvents: %j', (endpoints, admitted) => {
  const { operation } = admissionOf(only(endpoints));
  expect([listTickets, getTicket, listEvents].map(operation)).toEqual(admitted);
});

describe('widened', () => {
  test.each<[inner: string[], outer: string[], wider: boolean]>([
    [[], [], false],
    [['Tickets'], [], false],
    [[], ['Tickets', 'Events', 'Health'], true],
    [['getTicket'], ['Tickets'], false],
    [['Tickets'], ['getTicket'], true],
    [['Tickets'], ['getTicket', 'listTickets'], false],
    [['getTicket', 'listEvents'], ['Tickets', 'Health'], true],
    [['noSuchOperation'], ['Tickets'], false],
  ])('endpoints %j in %j: %s', (inner, outer, wider) => {
    expect(widened(only(inner), only(outer), operations)).toEqual(wider ? ['endpoints'] : []);
  });

  test('lists every kind that is wider', () => {
    const outer: Restrictions = { ipAddresses: ['10.0.0.0/8'], referrers: ['https://a.test'], endpoints: ['Tickets'] };
    const found = (changes: Partial<Restrictions>) => widened({ ...outer, ...changes }, outer, operations);
    expect(found({})).toEqual([]);
    expect(found({ endpoints: [] })).toEqual(['endpoints']);
    expect(found({ endpoints: [], referrers: ['https://b.test'] })).toEqual(['referrers', 'endpoints']);
    expect(found({ endpoints: [], referrers: [], ipAddresses: ['11.0.0.1'] })).toEqual([
      'ipAddresses',
      'referrers',
      'endpoints',
    ]);
  });

  test.each<['ipAddresses' | 'referrers', string, string, string]>([
    ['ipAddresses', '10.0.0.0/8', '192.0.2.0/24', '11.0.0.1'],
    ['referrers', 'https://a.test', 'https://b.test', 'https://c.test'],
  ])('%s: every entry is compared with every entry of the other list', (kind, one, other, outside) => {
    const of = (...entries: string[]): Restrictions => ({ ...none, [kind]: entries });
    const both = of(one, other);
    for (const inner of [of(one), of(other), of(other, one)]) expect(widened(inner, both, operations)).toEqual([]);
    for (const inner of [of(outside), of(one, outside), of(outside, one)])
      expect(widened(inner, both, operations)).toEqual([kind]);
  });

  test('random lists of real operations are wider exactly if they admit one more operation', () => {
    const random = randomFrom(6);
    const names = written.flatMap(({ operationId, tag }) => [operationId, tag]);
    const drawn = () => Array.from({ length: random.below(7) }, () => random.pick(names));
    const seen = { true: 0, false: 0 };
    for (let i = 0; i < 3000; i++) {
      const [inner, outer] = [only(drawn()), only(drawn())];
      if (random.below(2)) outer.endpoints.push(...inner.endpoints.map(tagOf));
      const reached = ({ endpoints }: Restrictions) =>
        written.filter(
          ({ operationId, tag }) => !endpoints.length || endpoints.some((name) => name === operationId || name === tag),
        );
      const expected =
        outer.endpoints.length > 0 &&
        (inner.endpoints.length === 0 || !new Set(reached(inner)).isSubsetOf(new Set(reached(outer))));
      expect(widened(inner, outer, written), `${inner.endpoints} in ${outer.endpoints}`).toEqual(
        expected ? ['endpoints'] : [],
      );
      seen[`${expected}`]++;
    }
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(500);
  });
});

const tagOf = (name: string): string => written.find(({ operationId }) => operationId === name)?.tag ?? name;
