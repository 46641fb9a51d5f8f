// Referrer patterns: manual cases, then every pattern of a small set compared with a regular expression made from its
// text.
import { describe, expect, test } from 'vitest';
import { admissionOf, type Restrictions, widened } from '../../src/http/restrictions.ts';
import { type Random, randomFrom } from '../support/random.ts';
import { schemaAdmits } from './schemaAdmits.ts';

type Headers = { referer?: string | undefined; origin?: string | undefined };
const only = (referrers: string[]): Restrictions => ({ ipAddresses: [], referrers, endpoints: [] });
const admits = (patterns: string[], headers: Headers): boolean => admissionOf(only(patterns)).referrer(headers);
const isWider = (inner: string[], outer: string[]): boolean =>
  widened(only(inner), only(outer), []).includes('referrers');

const app = 'https://app.example.com';

describe('referrer', () => {
  test.each<[pattern: string, referer: string, admitted: boolean]>([
    [app, 'https://app.example.com/', true],
    [app, 'https://app.example.com', true],
    [app, 'https://app.example.com/any/path?with=query#hash', true],
    [app, 'HTTPS://APP.Example.COM/', true],
    ['https://APP.Example.com', 'https://app.example.com/', true],
    [app, 'https://app.example.com:443/', true],
    [app, 'https://app.example.com:8443/', false],
    [app, 'http://app.example.com/', false],
    [app, 'http://app.example.com:443/', false],
    [app, 'https://user:secret@app.example.com/', true],
    [app, 'https://app.example.com@evil.test/', false],
    [app, 'https://app.example.com.evil.test/', false],
    [app, 'https://evil.test/https://app.example.com', false],
    [app, 'https://evil.test/?https://app.example.com/', false],
    [app, 'https://evil.test/#@app.example.com/', false],
    [app, 'https://evil.test\\@app.example.com/', false],
    [app, 'https://app.example.com\\.evil.test/', true], // a browser also reads this as a path
    [app, 'https://x.app.example.com/', false],
    [app, 'https://appxexample.com/', false],
    [app, 'https://app.example.com./', false],
    [app, 'blob:https://app.example.com/1', false],
    [app, '//app.example.com/', false],
    [app, 'app.example.com', false],
    [app, 'about:blank', false],
    [app, 'https://', false],
    ['https://*.example.com', 'https://a.example.com/', true],
    ['https://*.example.com', 'https://c.b.a.EXAMPLE.com/x', true],
    ['https://*.example.com', 'https://example.com/', false],
    ['https://*.example.com', 'https://notexample.com/', false],
    ['https://*.example.com', 'https://not-example.com/', false],
    ['https://*.example.com', 'https://.example.com/', false],
    ['https://*.example.com', 'https://a.example.com.evil.test/', false],
    ['https://*.example.com', 'https://evil.test/.example.com', false],
    ['https://*.example.com', 'https://*.example.com/', true],
    ['https://app.example.com/admin', 'https://app.example.com/admin?a=1#b', true],
    ['https://app.example.com/admin', 'https://app.example.com/admin/', false],
    ['https://app.example.com/admin', 'https://app.example.com/Admin', false],
    ['https://app.example.com/admin', 'https://app.example.com/x/../admin', true],
    ['https://app.example.com/admin', 'https://app.example.com/', false],
    ['https://app.example.com/admin/*', 'https://app.example.com/admin/x/y', true],
    ['https://app.example.com/admin/*', 'https://app.example.com/admin/', true],
    ['https://app.example.com/admin/*', 'https://app.example.com/admin', false],
    ['https://app.example.com/admin/*', 'https://app.example.com/administrator/x', false],
    ['https://app.example.com/admin/*', 'https://app.example.com/admin/../other', false],
    ['https://app.example.com/admin/*', 'https://app.example.com/admin/%2E%2e/other', false],
    ['https://app.example.com/admin/*', 'https://app.example.com/admin\\..\\other', false],
    ['https://app.example.com/admin/*', 'https://app.example.com//admin/x', false],
    ['https://app.example.com/a/../admin/*', 'https://app.example.com/admin/x', true],
    ['https://app.example.com//evil.test', 'https://app.example.com//evil.test', true],
    ['https://app.example.com//evil.test', 'https://evil.test/', false],
    ["https://app.example.com/it's", "https://app.example.com/it's", true],
    ['https://app.example.com/caf%C3%A9', 'https://app.example.com/café', true],
    ['https://app.example.com/*', 'https://app.example.com/', true],
    ['https://app.example.com:443/*', 'https://app.example.com/x', true],
    ['https://app.example.com:8443', 'https://app.example.com:8443/', true],
    ['https://app.example.com:8443', 'https://app.example.com/', false],
    ['http://localhost:3000', 'http://localhost:3000/x', true],
    ['http://localhost:80', 'http://localhost/', true],
    ['http://127.0.0.1', 'http://127.0.0.1/', true],
    ['http://127.0.0.1', 'http://2130706433/', true], // the same host according to URL
    ['https://xn--bcher-kva.example', 'https://bücher.example/', true],
  ])('%s and %s: %s', (pattern, referer, admitted) => {
    expect(admits([pattern], { referer })).toBe(admitted);
    expect(admits(['https://other.test', pattern], { referer, origin: 'https://elsewhere.test' })).toBe(admitted);
  });

  test.each<[pattern: string, headers: Headers, admitted: boolean]>([
    [app, { origin: app }, true],
    [app, { origin: app, referer: '' }, true],
    [app, { origin: app, referer: 'https://evil.test/' }, false],
    [app, { origin: app, referer: 'nonsense' }, false],
    [app, { origin: 'https://evil.test', referer: `${app}/` }, true],
    [app, { origin: 'https://app.example.com.evil.test' }, false],
    [app, { origin: 'http://app.example.com' }, false],
    [app, { origin: 'null' }, false],
    [app, { origin: `${app}, https://evil.test` }, false],
    [app, {}, false],
    ['https://*.example.com', { origin: app }, true],
    ['https://*.example.com', { origin: 'https://example.com' }, false],
    ['https://app.example.com/*', { origin: app }, false],
    ['https://app.example.com/', { origin: app }, false],
    ['https://app.example.com/admin', { origin: `${app}/admin` }, false],
  ])('%s and %j: %s', (pattern, headers, admitted) => expect(admits([pattern], headers)).toBe(admitted));

  test.each<Headers>([{}, { origin: 'null' }, { referer: 'nonsense' }])('%j is admitted without a list', (headers) => {
    expect(admits([], headers)).toBe(true);
  });

  test.each([
    '',
    'example.com',
    'ftp://example.com',
    'https://',
    'https://*',
    `${app}/adm*`,
    `${app}/*/x`,
    `${app}:65536`,
  ])('%j in a list is an error', (pattern) => expect(() => admits([pattern], { origin: app })).toThrow());
});

// A set that is small enough to compare every pattern with every request.
const hosts = ['example.com', 'a.example.com', 'b.a.example.com', 'aexample.com', 'example.com.test'];
const paths = ['/', '/admin', '/admin/', '/admin/x', '/admin/x/y', '/administrator', '/other'];
const pathPatterns = ['', '/', '/*', '/admin', '/admin/', '/admin/*', '/admin/x', '/admin/x/*'];
const combine = (...lists: string[][]): string[] =>
  lists.reduce((texts, list) => texts.flatMap((text) => list.map((next) => text + next)));
const patterns = [
  ...combine(['https://'], ['', '*.'], hosts.slice(0, 3), ['', ':8443'], pathPatterns),
  ...combine(['http://a.example.com'], pathPatterns),
];
const origins = [
  ...combine(['https://'], [...hosts, 'c.b.a.example.com'], ['', ':8443']),
  'http://a.example.com',
  'http://a.example.com:8443',
];
const requests: Headers[] = [
  ...origins.map((origin) => ({ origin })),
  ...combine(origins, paths).map((referer) => ({ referer })),
];

/** The pattern as a regular expression. It matches an origin without a slash and a referrer with one. */
const expressionOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll('.', '[.]')
      .replace('//*[.]', '//([a-z]+[.])+')
      .replace(/\/\*$/, '/.*')
      .replace(/^(https?:\/\/[^/]+)$/, '$1(/.*)?')}$`,
  );

test('every pattern admits exactly the requests that its regular expression matches', () => {
  for (const pattern of patterns) {
    const { referrer } = admissionOf(only([pattern]));
    const expression = expressionOf(pattern);
    for (const headers of requests)
      expect(referrer(headers), `${pattern} ${JSON.stringify(headers)}`).toBe(
        expression.test(headers.referer ?? headers.origin ?? ''),
      );
  }
});

describe('widened', () => {
  test.each<[inner: string[], outer: string[], wider: boolean]>([
    [[], [], false],
    [[app], [], false],
    [[], ['https://*.com', 'http://*.com'], true],
    [[`${app}:443`], [app], false],
    [['https://*.a.example.com', 'http://localhost'], ['http://localhost', 'https://*.example.com'], false],
    [['https://*.a.example.com', 'http://localhost'], ['https://*.example.com'], true],
    [['https://*.example.com'], ['https://*.a.example.com', 'https://a.example.com'], true],
    [['https://*.notexample.com'], ['https://*.example.com'], true],
    [[app], [`${app}/*`], true],
    [[`${app}/admin/../x`], [`${app}/admin/*`], true],
  ])('%j in %j: %s', (inner, outer, wider) => expect(isWider(inner, outer)).toBe(wider));

  test('a pattern is wider than another exactly if it admits a request that the other does not', () => {
    const admitted = new Map(
      patterns.map((pattern) => [pattern, requests.map((headers) => admits([pattern], headers))] as const),
    );
    let wider = 0;
    for (const [inner, ofInner] of admitted)
      for (const [outer, ofOuter] of admitted) {
        const expected = ofInner.some((is, i) => is && !ofOuter[i]);
        if (isWider([inner], [outer]) !== expected) expect.fail(`${inner} in ${outer}: not ${expected}`);
        if (expected) wider++;
      }
    expect(wider).toBeLessThan(patterns.length ** 2 - patterns.length); // some are contained in others
  });
});

describe('ReferrerPattern', () => {
  test('every pattern that it accepts can be used', () => {
    const random = randomFrom(4);
    const seen = { true: 0, false: 0 };
    for (let i = 0; i < 20_000; i++) {
      const text = randomPattern(random);
      const admitted = schemaAdmits('ReferrerPattern', text);
      if (admitted) {
        const referer = text.replace('*.', 'sub.').replace(/\*$/, 'below');
        expect(admits([text], { referer }), text).toBe(true);
      }
      seen[`${admitted}`]++;
    }
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(3000);
  });

  test.each([...patterns.filter((_, i) => i % 9 === 0), 'http://localhost:65535', 'https://a', 'https://1.2.3.4/x/*'])(
    'accepts %s',
    (text) => expect(schemaAdmits('ReferrerPattern', text)).toBe(true),
  );

  test.each([
    ...['https://', 'https://*', 'https://*.', 'https://A.com', 'https://a.com.', 'https://a..com', 'https://-a.com'],
    ...['https://a-.com', 'https://a.1', 'https://1.2.3.256', 'https://*.1.2.3.4', 'https://a.*.com', 'https://[::1]'],
    ...['https://a:0', 'https://a:65536', 'https://a:080', 'https://a:', 'https://u@a', 'https://a/?', 'https://a/#'],
    ...[
      'https://a/ b',
      'https://a/*x',
      'https://a/x*',
      'https://a/*/x',
      'https://a/é',
      'https://a\\b',
      'ftp://a',
      'a.com',
    ],
    ...['https://a\n', 'https://a*', ' https://a', '*', 'https://ä.com'],
  ])('rejects %j', (text) => expect(schemaAdmits('ReferrerPattern', text)).toBe(false));
});

/** A valid or nearly valid pattern. */
function randomPattern(random: Random): string {
  const label = () =>
    random.pick(['a', 'www', 'x-1', '0', '9z', 'xn--a', 'xn--bcher-kva', 'a-', 'A', '', 'b'.repeat(63)]);
  const labels = Array.from({ length: random.below(4) }, label);
  const host = [...labels, random.pick(['com', 'test', 'localhost', 'xn--p1ai', '1', '0x1', 'c0'])].join('.');
  const address = Array.from({ length: 4 }, () => random.below(300)).join('.');
  const port = random.pick(['', '', `:${random.below(70_000)}`, ':443', ':', ':00080']);
  const inPath =
    random.text("abZ09/.%-_~!$&'()+,;=:@", random.below(12)) + random.pick(['', '', '?', '#', '*', '\\', '^']);
  const path = random.pick(['', '', `/${inPath}`, `/${inPath}/*`, '/*', '//x', '/..', '/%2e%2E/a/*']);
  const place = random.below(5) ? random.pick(['', '', '*.']) + host : address;
  return random.pick(['https://', 'https://', 'http://', 'https:/', 'ws://']) + place + port + path;
}
