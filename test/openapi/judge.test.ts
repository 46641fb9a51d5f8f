// Tests of the judge: it accepts a valid response and finds each kind of fault in an invalid one.
import { describe, expect, test } from 'vitest';
import { contract, follow, judge, type Node } from '../support/judge.ts';

const url = 'http://localhost/api/v1/teams/019470a1-2b3c-8d4e-9f50-a1b2c3d4e5f6/tickets/tkt_a1B2c3D4e5F6';
const { get } = contract.paths['/api/v1/teams/{teamId}/tickets/{ticketId}'];
const body = follow(get.responses[200].content['application/json'].examples.open).value;
const headers = {
  'content-type': 'application/json; charset=utf-8',
  'CStar-Version': '2026-03-01',
  'X-Request-Id': 'req_a1B2c3D4e5F6',
  'X-RateLimit-Limit': '1000',
  'X-RateLimit-Remaining': '999',
  'X-RateLimit-Reset': '1774864800',
  'X-RateLimit-Window': '3600',
};
const error = (code: string): Node => ({
  success: false,
  error: {
    ...{ type: contract.components.schemas.ErrorCode['x-errors'][code].type, code, message: 'No.' },
    ...{ doc_url: `https://cstar.help/developers/api/errors#${code}`, request_id: 'req_a1B2c3D4e5F6' },
  },
});

type Answer = { method: string; url: string; status: number; headers: Record<string, string>; body: any };
const good: Answer = { method: 'GET', url, status: 200, headers, body };
const problemsOf = (changes: Partial<Answer>) => {
  const answer = { ...good, ...changes };
  return judge(answer.method, answer.url, answer.status, new Headers(answer.headers), answer.body).problems;
};
const without = (name: string) => Object.fromEntries(Object.entries(headers).filter(([one]) => one !== name));
const withData = (changes: object) => ({ ...body, data: { ...body.data, ...changes } });

describe('the judge', () => {
  test.each<[string, Partial<Answer>]>([
    ['a success', {}],
    ['an error', { status: 404, body: error('resource_missing') }],
    ['a path that is not in the contract', { url: 'http://localhost/x', status: 404, body: error('route_not_found') }],
    ['a malformed path', { url: 'http://localhost/%E0%A4%A', status: 404, body: error('route_not_found') }],
    [
      'a method that is not in the contract',
      { method: 'PUT', status: 405, headers: { ...headers, Allow: 'GET' }, body: error('method_not_allowed') },
    ],
  ])('accepts %s', (_, changes) => {
    expect(problemsOf(changes)).toEqual([]);
  });

  test.each<[string, Partial<Answer>, string]>([
    ['an extra field', { body: withData({ team_id: 'x' }) }, 'must NOT have additional properties'],
    [
      'an extra field of a message',
      { body: withData({ messages: [{ ...body.data.messages[0], ip: 'x' }] }) },
      'messages/0 must NOT have additional properties',
    ],
    ['an extra field beside data', { body: { ...body, debug: true } }, 'must NOT have additional properties'],
    [
      'an extra field of an error',
      { status: 404, body: { ...error('resource_missing'), stack: 'x' } },
      'must NOT have additional properties',
    ],
    ['a missing field', { body: withData({ title: undefined }) }, "must have required property 'title'"],
    ['a wrong type', { body: withData({ messageCount: '2' }) }, 'messageCount must be integer'],
    ['a wrong value', { body: withData({ status: 'opened' }) }, 'status must be equal to one of the allowed values'],
    ['a wrong ID', { body: withData({ id: 'tkt_1' }) }, 'id must match pattern'],
    ['a wrong time', { body: withData({ createdAt: 'yesterday' }) }, 'createdAt must match format "date-time"'],
    ['an undeclared status', { status: 201 }, 'status 201 is not declared'],
    ['a body of another status', { status: 404 }, "must have required property 'error'"],
    ['a missing header', { headers: without('X-RateLimit-Reset') }, 'header X-RateLimit-Reset is missing'],
    ['a missing request ID', { headers: without('X-Request-Id') }, 'header X-Request-Id is missing'],
    ['a wrong header', { headers: { ...headers, 'CStar-Version': '1999-01-01' } }, 'header CStar-Version'],
    [
      'a header of the wrong type',
      { headers: { ...headers, 'X-RateLimit-Limit': 'many' } },
      'header X-RateLimit-Limit',
    ],
    ['a 401 without its challenge', { status: 401, body: error('key_expired') }, 'header WWW-Authenticate is missing'],
    ['a 429 without Retry-After', { status: 429, body: error('rate_limit_exceeded') }, 'header Retry-After is missing'],
    [
      'a code that the operation lacks',
      { status: 403, body: error('publishable_key_write') },
      'code publishable_key_write is not declared for 403',
    ],
    [
      'a code of another status',
      { status: 404, body: error('invalid_json') },
      'code invalid_json is not declared for 404',
    ],
    [
      'an unknown code',
      { status: 404, body: { success: false, error: { ...error('resource_missing').error, code: 'oops' } } },
      'code oops is not declared for 404',
    ],
    [
      'an operation that returns route_not_found',
      { status: 404, body: error('route_not_found') },
      'code route_not_found is not declared for 404',
    ],
    [
      'a 405 without Allow',
      { method: 'PUT', status: 405, body: error('method_not_allowed') },
      'header Allow is missing',
    ],
    [
      'a path outside of the contract without a request id',
      { url: 'http://localhost/x', status: 404, headers: without('X-Request-Id'), body: error('route_not_found') },
      'header X-Request-Id is missing',
    ],
    [
      'a success for a path outside the contract',
      { url: 'http://localhost/x' },
      '200 undefined outside of every operation',
    ],
  ])('finds %s', (_, changes, problem) => {
    expect(problemsOf(JSON.parse(JSON.stringify(changes))).join('; ')).toContain(problem);
  });
});
