// The guides contain placeholders for lists of the contract. The generation replaces them.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { errors } from '../../generated/errors.ts';
import { operationTable, permissions, versions } from '../../generated/operations.ts';
import type { Contract } from '../../src/contract/document.ts';
import { addGuides, fillIn } from '../../src/contract/guides.ts';
import { lists } from '../../src/contract/lists.ts';
import { loadContract } from '../../src/contract/load.ts';
import { standardLimits } from '../../src/http/limits.ts';
import { headersOfEveryAnswer } from '../../src/http/stages.ts';

const contract = loadContract();
const { schemas, headers } = contract.components;
const enumOf = (name: string) => (schemas[name] as { enum: string[] }).enum;
const folder = 'openapi/guides';
const guides = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));

/** The cells of a list in table form, row by row, without the header. */
const rowsOf = (name: string): string[][] =>
  (lists[name]?.(contract) ?? '')
    .split('\n')
    .slice(2)
    .map((row) => row.slice(2, -2).split(' | '));
const named = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string);
const firstCells = (name: string): string[] => rowsOf(name).flatMap(([cell = '']) => named(cell));

describe('a placeholder', () => {
  test('is replaced by its list', () => {
    expect(fillIn('Use {{versions}}.', 'a.md', contract)).toBe(`Use ${lists.versions?.(contract)}.`);
  });

  test.each(['{{nothing}}', '{{}}', '{{constructor}}', '{{ versions }}'])(
    'fails the generation if its list does not exist: %s',
    (text) => {
      expect(() => fillIn(`Use ${text}.`, 'guides/a.md', contract)).toThrow(`guides/a.md: ${text} is not a list.`);
    },
  );

  test('is replaced when the guides are combined in the order of x-guides', () => {
    const place = mkdtempSync(join(tmpdir(), 'cstar-guides-'));
    writeFileSync(join(place, 'one.md'), '# One\n\n{{versions}}\n');
    writeFileSync(join(place, 'two.md'), '# Two\n');
    const document = { ...contract, info: { ...contract.info, 'x-guides': ['two', 'one'] } } as Contract;
    addGuides(document, place);
    rmSync(place, { recursive: true });
    expect(document.info.description).toBe(`# Two\n\n# One\n\n${lists.versions?.(contract)}`);
  });

  test('remains in no published text', () => {
    expect(contract.info.description).not.toMatch(/\{\{|\}\}/);
  });

  test('exists for every list', () => {
    const used = new Set(guides.flatMap(({ text }) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name)));
    expect([...used].sort()).toEqual(Object.keys(lists).sort());
  });
});

describe('the list of', () => {
  test('readable headers equals the headers that CORS exposes', () => {
    const exposed = headersOfEveryAnswer('req_a1B2c3D4e5F6')['Access-Control-Expose-Headers']?.split(', ');
    expect(named(lists.readableHeaders?.(contract) ?? '').sort()).toEqual(exposed?.sort());
  });

  test('error types contains every type and its statuses', () => {
    const byType = Map.groupBy(Object.values(errors), ({ type }) => type);
    expect(rowsOf('errorTypes').map(([type, statuses]) => [type, statuses])).toEqual(
      enumOf('ErrorType').map((type) => {
        const statuses = new Set(byType.get(type as never)?.map(({ status }) => status));
        return [`\`${type}\``, [...statuses].sort().join(', ')];
      }),
    );
  });

  test('error codes contains every code with its status', () => {
    const known = Object.entries(errors).map(([code, { status }]) => [String(status), `\`${code}\``]);
    expect(rowsOf('errorCodes').map(([status, code]) => [status, code])).toEqual(known);
  });

  test('permissions contains every permission and the operations that require it', () => {
    expect(firstCells('permissions').sort()).toEqual([...permissions].sort());
    const [, , operations] = rowsOf('permissions').find(([name]) => name === '`events:read`') ?? [];
    expect(operations).toBe('List events, Get an event');
  });

  test('rate limits contains the limits of the server', () => {
    const told = Object.entries(contract.info['x-rate-limits']).map(([kind, { description: _, ...limit }]) => [
      kind,
      limit,
    ]);
    expect(Object.fromEntries(told)).toEqual(standardLimits(60));
    expect(rowsOf('rateLimits').map(([, limit]) => limit)).toContain('1,000 requests per hour');
  });

  test('key prefixes contains every prefix with its type, environment, access and limit', () => {
    expect(firstCells('keyPrefixes')).toEqual(enumOf('ApiKeyPrefix'));
    expect(rowsOf('keyPrefixes')).toContainEqual([
      '`pk_test_`',
      'Publishable',
      'Test',
      'Read only',
      '100 requests per hour',
    ]);
  });

  test('event types contains every type', () => {
    expect(firstCells('eventTypes')).toEqual(enumOf('EventType'));
  });

  test('idempotent operations contains the operations that accept the header', () => {
    const taking = operationTable.filter(({ isIdempotent }) => isIdempotent);
    const told = rowsOf('idempotentOperations').flatMap(([, endpoint = '']) => named(endpoint));
    expect(told).toEqual(taking.map(({ method, path }) => `${method} ${path}`));
  });

  test('ID prefixes contains the prefix of every ID in an example', () => {
    const prefixes = new Set(
      JSON.stringify(contract.components.examples).match(/(?<=")[a-z]{3,5}_(?=[0-9A-Za-z]{12,22}")/g),
    );
    const told = rowsOf('idPrefixes').flatMap(([, prefix = '']) => named(prefix));
    expect(told).toEqual(expect.arrayContaining([...prefixes]));
  });

  test('secret fields contains every field with the mark', () => {
    const ticket = Object.entries(schemas.Ticket?.properties ?? {}).filter(([, field]) => field['x-audience']);
    const [, told = ''] = rowsOf('secretFields').find(([name]) => name === 'Ticket') ?? [];
    expect(named(told)).toEqual(ticket.map(([name]) => name));
  });

  test('versions contains every version', () => {
    expect(named(lists.versions?.(contract) ?? '')).toEqual([...versions]);
  });
});

describe('a guide does not repeat a list that the contract contains', () => {
  const kinds = [
    Object.keys(headers),
    Object.keys(errors),
    enumOf('ErrorType'),
    enumOf('EventType'),
    enumOf('ApiKeyPrefix'),
    [...permissions],
    [...versions],
    firstCells('restrictions'),
    firstCells('errorFields'),
    operationTable.map(({ method, path }) => `${method} ${path}`),
    rowsOf('idPrefixes').flatMap(([, prefix = '']) => named(prefix)),
    rowsOf('secretFields').flatMap(([, fields = '']) => named(fields)),
  ].map((names) => new Set(names));

  /** Table rows that start with a name of the contract, and lines with three or more of these names. */
  function typedLists(text: string): string[] {
    const prose = text.replaceAll(/```.*?```/gs, '');
    const rows = [...prose.matchAll(/^\|.*?`([^`]+)`.*$/gm)].filter(([, name]) =>
      kinds.some((kind) => kind.has(name as string)),
    );
    const runs = [...prose.matchAll(/`[^`]+`(?:(?:, |,? and |,? or |,?\s+)`[^`]+`){2,}/g)].filter(([run]) =>
      kinds.some((kind) => named(run).filter((name) => kind.has(name)).length > 2),
    );
    return [...rows, ...runs].map(([found]) => found);
  }

  test.each(guides)('$name', ({ text }) => {
    expect(typedLists(text)).toEqual([]);
  });

  test.each([
    '| `Retry-After` | Seconds to wait. |',
    '`tickets:read`, `tickets:write` and `events:read`',
    'The events are `ticket.created`,\n`ticket.updated` and `ticket.closed`.',
  ])('found: %s', (text) => {
    expect(typedLists(text)).toHaveLength(1);
  });
});
