// Every curl command of the guides is run, and its response must equal the block below it.
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ErrorCode, errors } from '../../generated/errors.ts';
import { operationTable } from '../../generated/operations.ts';
import { backends, clientOf, keys, team } from '../support/client.ts';
import { fill, run } from './curl.ts';

const folder = 'openapi/guides';
const guides = readdirSync(folder).map((name) => ({ name, text: readFileSync(`${folder}/${name}`, 'utf8') }));
const commands = guides.flatMap(({ name, text }) =>
  [...text.matchAll(/```bash\n(.*?)```\n\n(?:```http\n(.*?)```)?/gs)].map(([, command = '', answer], i) => ({
    title: `${name} ${i + 1}`,
    command,
    answer,
  })),
);
const ofMock = 'http://localhost:4010';
/** Values that differ between responses. Only their format is compared. */
const varying = new Set([
  ...['id', 'uuid', 'requestId', 'request_id', 'timestamp', 'nextCursor', 'X-Request-Id', 'createdAt'],
  ...['secretCreatedAt', 'previousSecretExpiresAt', 'sharesLimitOf'],
]);
/** Random values of letters and other characters. */
const drawn: Record<string, RegExp> = { key: /^sk_test_[\w-]{32}$/, lastFour: /^[\w-]{4}$/ };

test('every command has a response', () => {
  expect(commands.length).toBeGreaterThan(10);
  expect(commands.filter(({ answer }) => !answer)).toEqual([]);
});

test('every link to a section or a tag has a target', () => {
  const anchors = guides.flatMap(({ text }) => {
    const headings = [...text.replaceAll(/```.*?```/gs, '').matchAll(/^##? (.+)$/gm)].map(([, heading = '']) =>
      slugOf(heading),
    );
    const [title, ...sections] = headings;
    return [`#section/${title}`, ...sections.map((section) => `#section/${title}/${section}`)];
  });
  const tags = new Set(operationTable.map(({ tag }) => `#tag/${tag}`));
  const links = guides.flatMap(({ text }) => [...text.matchAll(/\]\((#[^)]+)\)/g)].map(([, link = '']) => link));
  expect(links.length).toBeGreaterThan(3);
  expect(links.filter((link) => !anchors.includes(link) && !tags.has(link as never))).toEqual([]);
});

/** The anchor that Redoc creates for a heading. */
function slugOf(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

describe.each(backends)('the guides on $name', (backend) => {
  const samples: Record<string, string> = {
    'https://www.cstar.help': backend.url,
    'https://cstar.help': backend.url,
    [ofMock]: backend.url,
    YOUR_TEAM_ID: team.id,
    YOUR_TEAM: team.slug,
    sk_test_your_secret_key: keys.secretTest,
    pk_test_your_publishable_key: keys.publishableTest,
  };

  beforeAll(async () => {
    const path = '/api/v1/teams/{teamId}/tickets';
    const params = { path: { teamId: team.id } };
    const created = await clientOf(backend).POST(path, { params, body: { title: 'Cannot log in' } });
    samples.tkt_a1B2c3D4e5F6 = created.data?.data.id as string;
    const listed = await clientOf(backend).GET(path, { params: { ...params, query: { pageSize: 1 } } });
    const keyPath = '/api/v1/teams/{teamId}/api-keys';
    const key = { name: 'Billing service', permissions: [] };
    const made = await clientOf(backend).POST(keyPath, { params, body: key });
    samples.key_a1B2c3D4e5F6 = made.data?.data.id as string;
    samples.YOUR_CURSOR = listed.data?.pagination.nextCursor as string;
  });

  test.each(commands.filter(({ command }) => backend.name === 'mock' || !command.includes(ofMock)))(
    '$title',
    async ({ command, answer = '' }) => {
      const { status, headers, body } = await run(backend, fill(command, samples).trim());
      const [head = '', text = ''] = fill(answer, samples).split('\n\n');
      const [statusLine = '', ...lines] = head.trim().split('\n');
      expect(`HTTP/1.1 ${status}`).toBe(statusLine.split(' ', 2).join(' '));
      for (const [name = '', value = ''] of lines.map((line) => line.split(': ')))
        expect(headers.get(name), name).toEqual(like(value, name));
      expect(body).toEqual(like(JSON.parse(text)));
    },
  );
});

/** A matcher for the fields and values that a guide shows. */
function like(shown: unknown, name = ''): unknown {
  if (drawn[name]) return expect.stringMatching(drawn[name]);
  if (typeof shown === 'string' && varying.has(name)) return expect.stringMatching(formOf(shown));
  if (Array.isArray(shown)) return shown.length === 0 ? [] : expect.arrayContaining(shown.map((one) => like(one)));
  if (typeof shown !== 'object' || shown === null) return shown;
  return expect.objectContaining(Object.fromEntries(Object.entries(shown).map(([key, one]) => [key, like(one, key)])));
}

/** A pattern with the prefix of the text and its punctuation. */
function formOf(text: string): RegExp {
  const [, prefix = '', rest = ''] = /^([a-z]{3}_)?(.*)$/.exec(text) ?? [];
  return new RegExp(`^${prefix}${rest.replace(/[0-9A-Za-z]+/g, '[0-9A-Za-z]+').replaceAll('.', '\\.')}$`);
}

test('every error code in the guides is in the registry with the same status', () => {
  const told = guides.flatMap(({ text }) => [...text.matchAll(/`([45]\d\d) ([a-z_]+)`/g)]);
  expect(told.length).toBeGreaterThan(10);
  const wrong = told.filter(([, status, code]) => errors[code as ErrorCode]?.status !== Number(status));
  expect(wrong.map(([text]) => text)).toEqual([]);
});
