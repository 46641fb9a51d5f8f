// The template that matches a path, for every order of the templates in the contract.
import { describe, expect, test } from 'vitest';
import { createRouter, type Operation } from '../../src/http/router.ts';
import { randomFrom } from '../support/random.ts';

const operation = (path: string, method = 'GET'): Operation =>
  ({ path, method, aliases: [] as string[] }) as unknown as Operation; // the only fields that the router reads
const found = (paths: string[], path: string) => {
  const route = createRouter(paths.map((one) => operation(one)))(path);
  return route && { template: route.methods.get('GET')?.path, params: route.params };
};

describe('literal segments win over parameters', () => {
  test.each([
    ['/tickets/bulk', { template: '/tickets/bulk', params: {} }],
    ['/tickets/bulkier', { template: '/tickets/{ticketId}', params: { ticketId: 'bulkier' } }],
    ['/tickets/bulk/notes', { template: '/tickets/{ticketId}/notes', params: { ticketId: 'bulk' } }],
  ])('%s', (path, expected) => {
    const paths = ['/tickets/{ticketId}', '/tickets/bulk', '/tickets/{ticketId}/notes'];
    for (const order of [paths, paths.toReversed()]) expect(found(order, path)).toEqual(expected);
  });

  test('the first segment that differs decides', () => {
    const paths = ['/a/{x}/c', '/a/b/{y}', '/{w}/b/c'];
    for (const order of [paths, paths.toReversed()]) {
      expect(found(order, '/a/b/c')?.template).toBe('/a/b/{y}');
      expect(found(order, '/a/z/c')?.template).toBe('/a/{x}/c');
      expect(found(order, '/z/b/c')?.template).toBe('/{w}/b/c');
      expect(found(order, '/a/z/z')).toBeUndefined();
    }
  });

  test('the methods are those of the matching template', () => {
    const find = createRouter([
      operation('/tickets/{ticketId}', 'GET'),
      operation('/tickets/{ticketId}', 'PATCH'),
      operation('/tickets/bulk', 'POST'),
    ]);
    expect([...(find('/tickets/bulk')?.methods.keys() ?? [])]).toEqual(['POST']);
    expect([...(find('/tickets/x')?.methods.keys() ?? [])]).toEqual(['GET', 'PATCH']);
  });
});

test('an alias has a lower priority than a literal path', () => {
  const aliased = { ...operation('/api/things/{id}'), aliases: ['/things/{id}'] };
  const find = createRouter([aliased, operation('/things/all')]);
  expect(find('/things/all')?.methods.get('GET')?.path).toBe('/things/all');
  expect(find('/things/x')).toMatchObject({ params: { id: 'x' } });
});

test('a malformed percent sequence matches no path, even if a less specific template would match', () => {
  expect(found(['/a/{x}'], '/a/%E0%A4%A')).toBeUndefined();
  expect(found(['/a/{x}'], '/a/%C3%A9')?.params).toEqual({ x: 'é' });
  expect(found(['/a/{x}'], '/a/')).toBeUndefined();
});

test.each(['/feeds/{slug}.rss', '/ranges/{from}-{to}', '/a/x{y}', '/a/{}'])(
  'a template with a parameter inside a segment is rejected: %s',
  (path) => {
    expect(() => createRouter([operation(path)])).toThrow(`${path} has a parameter that is not a whole segment`);
  },
);

test('random templates match like a naive reference implementation', () => {
  const { below, pick } = randomFrom(7);
  const some = (segments: string[]) => Array.from({ length: 1 + below(4) }, () => `/${pick(segments)}`).join('');
  let matched = 0;
  for (let round = 0; round < 2_000; round++) {
    const templates = [...new Set(Array.from({ length: 8 }, () => numbered(some(['a', 'b', 'c', '{p}', '{p}']))))];
    const asked = some(['a', 'b', 'c', 'd', 'e%20f']);
    const expected = reference(templates, asked);
    expect(found(templates, asked), `${asked} in ${templates.join(' ')}`).toEqual(expected);
    if (expected) matched++;
  }
  expect(matched).toBeGreaterThan(500);
});

/** `/{p}/a/{p}` as `/{p1}/a/{p3}`. */
const numbered = (template: string): string =>
  template
    .split('/')
    .map((segment, i) => segment.replace('{p}', `{p${i}}`))
    .join('/');

/**
 * All templates that match as regular expressions, and of these the one with a literal where the others have a
 * parameter.
 */
function reference(templates: string[], path: string): ReturnType<typeof found> {
  const matches = templates.flatMap((template) => {
    const { groups } = new RegExp(`^${template.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`).exec(path) ?? {};
    const isMatch = groups ?? template === path;
    const params = Object.entries(groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]);
    return isMatch ? [{ template, params: Object.fromEntries(params) as Record<string, string> }] : [];
  });
  const mostLiteral = (left: typeof matches, depth: number): typeof matches => {
    if (left.length < 2) return left;
    const literal = left.filter(({ template }) => !template.split('/')[depth]?.startsWith('{'));
    return mostLiteral(literal.length > 0 ? literal : left, depth + 1);
  };
  return mostLiteral(matches, 0)[0];
}
