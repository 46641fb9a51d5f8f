// Address ranges are compared with arithmetic. Every random case is generated as integers and formatted afterwards.
import { isIP } from 'node:net';
import { describe, expect, test } from 'vitest';
import { admissionOf, type Restrictions, widened } from '../../src/http/restrictions.ts';
import { type Random, randomFrom } from '../support/random.ts';
import { schemaAdmits } from './schemaAdmits.ts';

const only = (ipAddresses: string[]): Restrictions => ({ ipAddresses, referrers: [], endpoints: [] });
const admits = (ranges: string[], ip: string | undefined): boolean => admissionOf(only(ranges)).address({ ip });
const isWider = (inner: string[], outer: string[]): boolean =>
  widened(only(inner), only(outer), []).includes('ipAddresses');

type Range = { family: 4 | 6; value: bigint; bits: number };
const widthOf = ({ family }: Range): number => (family === 4 ? 32 : 128);
const startOf = (range: Range): bigint => range.value >> BigInt(widthOf(range) - range.bits);
/** The reference for the code under test. */
const holds = (outer: Range, inner: Range): boolean =>
  outer.family === inner.family &&
  inner.bits >= outer.bits &&
  startOf(outer) === inner.value >> BigInt(widthOf(outer) - outer.bits);

describe('address', () => {
  test.each<[range: string, ip: string | undefined, admitted: boolean]>([
    ['203.0.113.7', '203.0.113.7', true],
    ['203.0.113.7', '203.0.113.8', false],
    ['203.0.113.7', '::ffff:203.0.113.7', true],
    ['203.0.113.7', '::FFFF:cb00:7107', true],
    ['203.0.113.7', '::203.0.113.7', false],
    ['203.0.113.77/24', '203.0.113.255', true],
    ['203.0.113.77/24', '203.0.114.0', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '1.2.3.4', false],
    ['::/0', '::ffff:1.2.3.4', false],
    ['::ffff:1.2.3.0/120', '1.2.3.4', true],
    ['::ffff:1.2.3.0/120', '::ffff:1.2.3.4', true],
    ['::ffff:1.2.3.0/120', '1.2.4.4', false],
    ['::ffff:102:300/120', '1.2.3.4', true],
    ['::ffff:0.0.0.0/96', '9.9.9.9', true],
    ['::ffff:1.2.3.4', '1.2.3.4', true],
    ['2001:db8::/33', '2001:0DB8:7fff:0:0:0:0:1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['fe80::1', 'fe80::1%br-lan', true],
    ['fe80::1', 'fe80::2%br-lan', false],
    ['0.0.0.0/0', '1.2', false],
    ['0.0.0.0/0', '0x7f.0.0.1', false],
    ['0.0.0.0/0', '1.2.3.4:80', false],
    ['0.0.0.0/0', 'unknown', false],
    ['0.0.0.0/0', '', false],
    ['0.0.0.0/0', undefined, false],
  ])('%s and %s: %s', (range, ip, admitted) => {
    expect(admits([range], ip)).toBe(admitted);
    expect(admits(['192.0.2.1', range], ip)).toBe(admitted);
  });

  test.each(['203.0.113.7', 'unknown', undefined])('is admitted without a list: %s', (ip) => {
    expect(admits([], ip)).toBe(true);
  });

  test.each(['', '1.2.3', '1.2.3.4/33', '::/129', '1.2.3.4/', '1.2.3.4/-1', '::/x', '::/1/2', 'example.com'])(
    '%j in a list is an error and not a wider range',
    (range) => expect(() => admits([range], '1.2.3.4')).toThrow(),
  );

  test('random ranges admit exactly the computed addresses', () => {
    const random = randomFrom(1);
    const seen = { true: 0, false: 0 };
    for (let i = 0; i < 4000; i++) {
      const range = randomRange(random);
      const address = random.below(4) ? randomIn(random, range) : randomRange(random);
      const client = { ...address, bits: widthOf(address) };
      const expected = holds(range, client);
      const [text, ip] = [spelt(random, range), addressSpelt(random, client)];
      expect(admits([text], ip), `${text} ${ip}`).toBe(expected);
      seen[`${expected}`]++;
    }
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(500);
  });
});

describe('widened', () => {
  test.each<[inner: string[], outer: string[], wider: boolean]>([
    [[], [], false],
    [['1.2.3.4'], [], false],
    [[], ['0.0.0.0/0', '::/0'], true],
    [['10.0.0.0/8'], ['10.0.0.0/8'], false],
    [['10.0.0.0/8'], ['10.0.0.0/9', '10.128.0.0/9'], true],
    [['10.1.0.0/16', '1.2.3.4'], ['1.2.3.0/24', '10.0.0.0/8'], false],
    [['10.1.0.0/16', '1.2.4.4'], ['1.2.3.0/24', '10.0.0.0/8'], true],
    [['::ffff:10.0.0.0/104'], ['10.0.0.0/8'], false],
    [['::ffff:10.0.0.0/103'], ['10.0.0.0/8'], true],
    [['10.0.0.0/8'], ['::/0'], true],
    [['2001:db8::/32'], ['2001:db8::/33'], true],
  ])('%j in %j: %s', (inner, outer, wider) => expect(isWider(inner, outer)).toBe(wider));

  test('random lists are wider exactly if they contain more addresses', () => {
    const random = randomFrom(2);
    const seen = { true: 0, false: 0 };
    for (let i = 0; i < 1500; i++) {
      const outer = Array.from({ length: 1 + random.below(3) }, () => randomRange(random));
      const inner = Array.from({ length: 1 + random.below(3) }, () =>
        random.below(8) ? randomIn(random, random.pick(outer)) : randomRange(random),
      );
      const expected = !inner.every((range) => outer.some((one) => holds(one, range)));
      const [inside, outside] = [inner, outer].map((ranges) => ranges.map((range) => spelt(random, range)));
      if (!inside || !outside) throw new Error('two lists make two lists');
      expect(isWider(inside, outside), `${inside} in ${outside}`).toBe(expected);
      seen[`${expected}`]++;
      for (const range of expected ? [] : inner) {
        const ip = addressSpelt(random, randomIn(random, range, widthOf(range)));
        expect([admits(inside, ip), admits(outside, ip)], `${ip} in ${inside} and ${outside}`).toEqual([true, true]);
      }
    }
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(300);
  });
});

describe('IpRange', () => {
  test('accepts exactly the addresses that Node accepts, with a valid prefix length', () => {
    const random = randomFrom(3);
    const seen = { true: 0, false: 0 };
    for (let i = 0; i < 20_000; i++) {
      const text = spoilt(random, spelt(random, randomRange(random)));
      const admitted = schemaAdmits('IpRange', text);
      expect(admitted, text).toBe(isRange(text));
      if (admitted) expect(() => admissionOf(only([text]))).not.toThrow();
      seen[`${admitted}`]++;
    }
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(3000);
  });

  test.each(['1.2.3.4/32', '::', '::/0', '::1/128', '1::', '1:2:3:4:5:6:7::', '::2:3:4:5:6:7:8', '::ffff:1.2.3.4/96'])(
    'accepts %s',
    (text) => expect(schemaAdmits('IpRange', text)).toBe(true),
  );

  test.each([
    '01.2.3.4',
    '1.2.3.4/01',
    '::ffff:1.2.3.4/95',
    '::1.2.3.4',
    '1::2::3',
    ':1',
    '1:',
    'fe80::1%1',
    '::\n',
    '',
  ])('rejects %j', (text) => expect(schemaAdmits('IpRange', text)).toBe(false));
});

/** A second implementation of the rule. Dotted endings are for mapped addresses only. */
function isRange(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const isDotted = address.includes('.');
  const isMapped = isDotted && /^::ffff:\d+[.]/i.test(address);
  if (more.length > 0 || isIP(address) === 0 || address.includes('%')) return false;
  if (isIP(address) === 6 && isDotted && !isMapped) return false;
  if (prefix === undefined) return true;
  const bits = Number.parseInt(prefix, 10);
  return String(bits) === prefix && bits >= (isMapped ? 96 : 0) && bits <= (isIP(address) === 4 ? 32 : 128);
}

function randomRange(random: Random): Range {
  const family = random.pick([4, 6] as const);
  const width = family === 4 ? 32 : 128;
  return randomIn(random, { family, value: 0n, bits: 0 }, random.below(width + 1));
}

/** A range around an address inside the other range, and sometimes slightly outside. */
function randomIn(random: Random, { family, value, bits }: Range, ownBits?: number): Range {
  const width = family === 4 ? 32 : 128;
  let place = value;
  for (let bit = 0; bit < width - bits; bit++) if (random.below(3) === 0) place ^= 1n << BigInt(bit);
  if (ownBits === undefined && random.below(3) === 0) place ^= 1n << BigInt(random.below(width));
  return { family, value: place, bits: ownBits ?? Math.min(width, Math.max(0, bits - 1 + random.below(8))) };
}

function spelt(random: Random, range: Range): string {
  const isMapped = range.family === 4 && random.below(3) === 0;
  const bits = range.bits + (isMapped ? 96 : 0);
  const address = isMapped ? mapped(random, range.value) : plain(random, range);
  return range.bits === widthOf(range) && random.below(2) ? address : `${address}/${bits}`;
}

const addressSpelt = (random: Random, range: Range): string =>
  range.family === 4 && random.below(3) === 0 ? mapped(random, range.value) : plain(random, range);
const mapped = (random: Random, value: bigint): string =>
  random.below(2)
    ? `::ffff:${dotted(value)}`
    : plain(random, { family: 6, value: (0xffffn << 32n) | value, bits: 128 });
const plain = (random: Random, { family, value }: Range): string =>
  family === 4 ? dotted(value) : grouped(random, value);
const dotted = (value: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');

/** A random spelling: any run of zeros can be shortened; leading zeros and upper case are allowed. */
function grouped(random: Random, value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  const starts = groups.flatMap((group, i) => (group === '0' ? [i] : []));
  const text = (some: string[]) => some.map((group) => (random.below(3) ? group : group.padStart(4, '0'))).join(':');
  if (starts.length === 0 || random.below(4) === 0) return text(groups);
  const start = random.pick(starts);
  let end = start + 1;
  while (groups[end] === '0') end++;
  const address = `${text(groups.slice(0, start))}::${text(groups.slice(end))}`;
  return random.below(2) ? address : address.toUpperCase();
}

/** The text with one character changed, removed, added or doubled, or unchanged. */
function spoilt(random: Random, text: string): string {
  if (random.below(3) === 0) return text;
  const at = random.below(text.length);
  const there = random.pick(['', text.slice(at, at + 1).repeat(2), random.pick([...'0123456789afg:./% \n'])]);
  return text.slice(0, at) + there + text.slice(at + random.below(2));
}
