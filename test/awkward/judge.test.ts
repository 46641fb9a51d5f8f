// The judge finds faults in responses that are not JSON, so that the other tests with this contract can rely on it.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createJudge } from '../support/judging.ts';

const { judge } = createJudge(JSON.parse(readFileSync('test/awkward/generated/openapi.json', 'utf8')));
const team = 'http://localhost/api/v1/teams/019470a1-2b3c-8d4e-9f50-a1b2c3d4e5f6';
const common = {
  'CStar-Version': '2026-03-01',
  'X-Request-Id': 'req_a1B2c3D4e5F6',
  'X-RateLimit-Limit': '1000',
  'X-RateLimit-Remaining': '999',
  'X-RateLimit-Reset': '1774864800',
  'X-RateLimit-Window': '3600',
};
type Given = Record<string, string>;
const problemsOf = (method: string, path: string, status: number, headers: Given, body: unknown) =>
  judge(method, team + path, status, new Headers({ ...common, ...headers }), body).problems.join('; ');

const lines = { 'content-type': 'application/x-ndjson' };
const events = { 'content-type': 'text/event-stream' };

describe('the judge', () => {
  test.each<[string, string, string, number, Given, unknown]>([
    ['a 204', 'DELETE', '/things/x', 204, {}, ''],
    ['NDJSON', 'GET', '/rows', 200, lines, '{"name":"a"}\n{"name":"b","count":null}\n'],
    ['events', 'GET', '/news', 200, events, ': keep-alive\n\nid: 1\nevent: row.created\ndata: {"name":"a"}\n\n'],
    ['a file', 'GET', '/files/x', 200, { 'content-type': 'application/octet-stream', 'content-disposition': 'x' }, '?'],
  ])('accepts %s', (_name, method, path, status, headers, body) => {
    expect(problemsOf(method, path, status, headers, body)).toBe('');
  });

  test.each<[string, string, string, number, Given, unknown, string]>([
    ['a body of a 204', 'DELETE', '/things/x', 204, { 'content-type': 'text/plain' }, 'x', 'none is declared'],
    ['an undeclared media type', 'GET', '/rows', 200, { 'content-type': 'text/html' }, '', 'text/html is not declared'],
    ['an invalid line', 'GET', '/rows', 200, lines, '{"name":"a"}\n{"count":1}\n', "required property 'name'"],
    ['an extra field in a line', 'GET', '/rows', 200, lines, '{"name":"a","digest":"x"}\n', 'additional properties'],
    ['an unknown event', 'GET', '/news', 200, events, 'id: 1\nevent: gone\ndata: {"name":"a"}\n\n', 'allowed values'],
    [
      'a missing header',
      'GET',
      '/files/x',
      200,
      { 'content-type': 'application/octet-stream' },
      '',
      'Content-Disposition',
    ],
  ])('finds %s', (_name, method, path, status, headers, body, problem) => {
    expect(problemsOf(method, path, status, headers, body)).toContain(problem);
  });
});
