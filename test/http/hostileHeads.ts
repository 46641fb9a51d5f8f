// Invalid request lines and headers, each with the expected response.
import { keys } from '../support/client.ts';
import { get, keyless, type Row, request, tickets } from './requests.ts';

const team = tickets.replace(/\/tickets$/, '');
const cursor = (text: string): string => `${tickets}?cursor=${Buffer.from(text).toString('base64url')}`;
const uuid = '00000000-0000-8000-8000-000000000000';
const unknown: [number, string] = [404, 'route_not_found'];
const malformed: [number, string] = [400, 'malformed_request'];
const tooLarge: [number, string] = [431, 'headers_too_large'];
const invalid = (param: string): [number, string, string] => [400, 'parameter_invalid', param];

const paths: Row[] = [
  ['a single % in a path', get('/%'), ...unknown],
  ['%zz in a path', get(`${tickets}/%zz`), ...unknown],
  ['half a UTF-8 sequence in a path', get(`${tickets}/%E0%A4`), ...unknown],
  ['an encoded NUL in a path', get(`${tickets}/%00`), ...invalid('ticketId')],
  ['an encoded NUL as the team', get('/api/library/%00/articles'), ...invalid('team')],
  ['a bare NUL in a path', get(`${tickets}/\0`), ...malformed],
  ['bytes outside ASCII in a path', get(`${tickets}/\xa0\xff`), ...malformed],
  ['SQL in a path', get("/api/library/acme/articles/'%20or%201=1--"), ...invalid('slug')],
  ['8 kB of path parameter', get(`/api/library/acme/articles/${'a'.repeat(8000)}`), ...invalid('slug')],
  ['// before a path', get('//healthz'), ...unknown],
  ['// within a path', get('/api//v1/auth/whoami'), ...unknown],
  ['.. in a path', get('/api/../healthz'), ...unknown],
  ['encoded .. in a path', get('/%2e%2e/healthz'), ...unknown],
  ['.. as an ID', get(`${tickets}/..`), ...invalid('ticketId')],
  ['encoded slashes', get('/api%2Fv1%2Fauth%2Fwhoami'), ...unknown],
  ['a trailing slash', get('/healthz/'), ...unknown],
  ['a backslash', get('/\\healthz'), ...unknown],
  ['another case', get('/HEALTHZ'), ...unknown],
  ['a path parameter of RFC 2396', get('/healthz;v=1'), ...unknown],
  ['a fragment', get('/healthz#top'), ...malformed],
  ['no slash', get('healthz'), ...malformed],
  ['another scheme', get('ftp://localhost/healthz'), ...malformed],
  ['a URL without a host', get('http:///healthz'), ...malformed],
  ['*', request('OPTIONS * HTTP/1.1'), ...unknown],
  ['a URL of 100 kB', get(`${tickets}?search=${'a'.repeat(100_000)}`), ...tooLarge],
];

const queries: Row[] = [
  ['%zz in a query', get(`${tickets}?search=%zz`), ...invalid('search')],
  ['% as a name', get(`${tickets}?%=1`), ...invalid('%')],
  ['bytes that are not UTF-8 in a query', get(`${tickets}?search=%ff`), ...invalid('search')],
  ['an encoded surrogate in a query', get(`${tickets}?search=%ED%A0%80`), ...invalid('search')],
  ['an encoded NUL in a query', get(`${tickets}?search=a%00b`), ...invalid('search')],
  ['a bare NUL in a query', get(`${tickets}?search=a\0b`), ...malformed],
  ['10 kB of search', get(`${tickets}?search=${'a'.repeat(10_000)}`), ...invalid('search')],
  [
    '5,000 parameters',
    get(`${tickets}?${Array.from({ length: 5000 }, () => 'x').join('&')}`),
    400,
    'parameter_unknown',
    'x',
  ],
  [
    '10,000 parameters with values',
    get(`${tickets}?${Array.from({ length: 10_000 }, (_, i) => `p${i}=${i}`).join('&')}`),
    ...tooLarge,
  ],
  ['page 2,000 times', get(`${tickets}?${'page=1&'.repeat(2000)}`), ...invalid('page')],
  ['status twice', get(`${tickets}?status=new&status=open`), ...invalid('status')],
  ['search twice', get(`${tickets}?search=a&search=b`), ...invalid('search')],
  ['an empty status', get(`${tickets}?status=`), ...invalid('status')],
  ['an empty search', get(`${tickets}?search=`), ...invalid('search')],
  ['an empty page', get(`${tickets}?page=`), ...invalid('page')],
  ['an operator', get(`${tickets}?search[$ne]=1`), 400, 'parameter_unknown', 'search[$ne]'],
  ['__proto__', get(`${tickets}?__proto__=1`), 400, 'parameter_unknown', '__proto__'],
  ['constructor', get(`${tickets}?constructor=1`), 400, 'parameter_unknown', 'constructor'],
  ['twenty nines as the page', get(`${tickets}?page=99999999999999999999`), ...invalid('page')],
  ['1e999 as the page', get(`${tickets}?page=1e999`), ...invalid('page')],
  ['Infinity as the page', get(`${tickets}?page=Infinity`), ...invalid('page')],
  [
    'Infinity for a page size behind a cursor',
    get(`${cursor(`[2,"2026-01-01T00:00:00.000Z","${uuid}"]`)}&pageSize=Infinity`),
    ...invalid('pageSize'),
  ],
  ['-0 as the page', get(`${tickets}?page=-0`), ...invalid('page')],
  ['a page beyond 10,000 items', get(`${tickets}?page=10000&pageSize=100`), ...invalid('page')],
  ['a cursor without content', get(`${tickets}?cursor=AAAA`), ...invalid('cursor')],
  ['a cursor on 30 February', get(cursor(`[2,"2026-02-30T00:00:00.000Z","${uuid}"]`)), ...invalid('cursor')],
  ['a cursor in the year 0', get(cursor(`[2,"0000-01-01T00:00:00.000Z","${uuid}"]`)), ...invalid('cursor')],
  ['a cursor with a page 01', get(cursor(`[01,"2026-01-01T00:00:00.000Z","${uuid}"]`)), ...invalid('cursor')],
  ['a cursor with page 0', get(cursor(`[0,"2026-01-01T00:00:00.000Z","${uuid}"]`)), ...invalid('cursor')],
  [
    'a cursor of a page beyond the last',
    get(cursor(`[1000000001,"2026-01-01T00:00:00.000Z","${uuid}"]`)),
    ...invalid('cursor'),
  ],
  ['a cursor without an ID', get(cursor(`[2,"2026-01-01T00:00:00.000Z","${'-'.repeat(36)}"]`)), ...invalid('cursor')],
];

const headers: Row[] = [
  ['Authorization twice', get(tickets, `Authorization: Bearer ${keys.secretTest}\r\n`), 401, 'authentication_required'],
  [
    'two keys in one Authorization',
    keyless(`GET ${tickets} HTTP/1.1`, `Authorization: Bearer ${keys.secretTest}, Bearer x\r\n`),
    401,
    'authentication_required',
  ],
  [
    'a key of 12 kB',
    keyless(`GET ${tickets} HTTP/1.1`, `Authorization: Bearer sk_test_${'a'.repeat(12_000)}\r\n`),
    401,
    'invalid_api_key',
  ],
  [
    'a key beyond ASCII',
    keyless(`GET ${tickets} HTTP/1.1`, 'Authorization: Bearer sk_test_\xe9\xa0\r\n'),
    401,
    'authentication_required',
  ],
  ['a header of 100 kB', get(tickets, `X-Large: ${'a'.repeat(100_000)}\r\n`), ...tooLarge],
  ['a cookie of 100 kB', get(tickets, `Cookie: ${'a'.repeat(100_000)}\r\n`), ...tooLarge],
  ['3,000 headers', get(tickets, 'X-A: b\r\n'.repeat(3000)), ...tooLarge],
  ['NUL in a header', get(tickets, 'X-A: a\0b\r\n'), ...malformed],
  ['a folded header', get(tickets, 'X-A: a\r\n b\r\n'), ...malformed],
  ['a space before the colon', get(tickets, 'X-A : a\r\n'), ...malformed],
  ['a header without a name', get(tickets, ': a\r\n'), ...malformed],
  ['a single CR in a header', get(tickets, 'X-A: a\rX-B: b\r\n'), ...malformed],
  [
    'the version twice',
    get(tickets, 'CStar-Version: 2026-03-01\r\nCStar-Version: 2026-03-01\r\n'),
    400,
    'unsupported_version',
    'CStar-Version',
  ],
  [
    'a version with bytes outside ASCII',
    get(tickets, 'CStar-Version: \xe9\r\n'),
    400,
    'unsupported_version',
    'CStar-Version',
  ],
  ['a malformed Accept', get(tickets, 'Accept: ;;,\r\n'), 406, 'not_acceptable'],
  ['an Accept of 1,200 types', get(tickets, `Accept: ${'a/b;q=0.1,'.repeat(1200)}c/d\r\n`), 406, 'not_acceptable'],
  ['no Host', ['GET /healthz HTTP/1.1\r\n\r\n'], ...malformed],
  ['two Hosts', get('/healthz', 'Host: b\r\n'), ...malformed],
];

const protocol: Row[] = [
  ['an unknown method', request(`STEAL ${tickets} HTTP/1.1`), ...malformed],
  ['a method in lower case', request(`get ${tickets} HTTP/1.1`), ...malformed],
  ['TRACE', request(`TRACE ${tickets} HTTP/1.1`), 405, 'method_not_allowed'],
  ['CONNECT', request('CONNECT localhost:443 HTTP/1.1'), ...malformed],
  [
    'a method override',
    request(`POST ${tickets}/tkt_000000000001 HTTP/1.1`, 'X-HTTP-Method-Override: DELETE\r\nContent-Length: 0\r\n'),
    405,
    'method_not_allowed',
  ],
  ['HTTP/0.9', ['GET /nothing\r\n\r\n'], ...unknown],
  ['no HTTP at all', ['garbage garbage garbage\r\n\r\n'], ...malformed],
  ['HTTP/2 without negotiation', ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'], ...malformed],
  ['HTTP/3.0', get('/healthz').map((bytes) => String(bytes).replace('HTTP/1.1', 'HTTP/3.0')), ...malformed],
  ['line ends without CR', ['GET /healthz HTTP/1.1\nHost: x\n\n'], ...malformed],
  ['a TLS hello', [Buffer.from('16030100c8010000c40303', 'hex'), Buffer.alloc(200, 1)], ...malformed],
  ['a malformed team ID', get(`${team.slice(0, -1)}/tickets`), 403, 'team_access_denied'],
];

export const hostileHeads: Row[] = [...paths, ...queries, ...headers, ...protocol];
