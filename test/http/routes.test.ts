// Paths that match a literal and a parameter, through the complete front: router, guard and both backends agree.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rulesOf } from '../../src/http/rules.ts';
import { prismBackend } from '../../src/mock/backend.ts';
import { createMemory } from '../../src/mock/memory.ts';
import { startFront } from '../contract/ownFront.ts';
import { keys } from '../support/client.ts';
import { guardOf } from '../support/guard.ts';
import type { Node } from '../support/judge.ts';
import { awkwardContract, operation, rowsOf } from './awkward.ts';

/** An operation that returns its name, on the mock through its example. */
function named(operationId: string, param?: string): Node {
  const schema = { type: 'object', required: ['name'], properties: { name: { type: 'string', const: operationId } } };
  const parameters = param
    ? [{ name: param, in: 'path', required: true, schema: { type: 'string', maxLength: 40 } }]
    : [];
  const made = operation(operationId, { 200: schema }, { parameters });
  const meta = { requestId: 'req_a1B2c3D4e5F6', timestamp: '2026-03-30T10:00:00.000Z' };
  made.responses[200].content['application/json'].examples = {
    one: { summary: 'One', value: { success: true, data: { name: operationId }, meta } },
  };
  return made;
}
const contract = awkwardContract({
  '/things/{thingId}': { get: named('getThing', 'thingId'), delete: named('deleteThing', 'thingId') },
  '/things/{thingId}/parts': { get: named('listParts', 'thingId') },
  '/{area}/bulk/parts': { get: named('listAreaParts', 'area') },
  '/things/bulk': { post: named('createThings') },
  '/things/all': { get: named('listThings') },
});
const operations = rowsOf(contract);
let fronts: Record<string, Awaited<ReturnType<typeof startFront>>>;

beforeAll(async () => {
  const shared = {
    operations,
    guard: guardOf(contract, operations),
    rules: rulesOf(() => contract),
  };
  const handlers = startFront({
    ...shared,
    backend: (call, finish) => finish({ status: 200, content: { data: { name: call.operation.operationId } } }),
  });
  fronts = {
    handlers: await handlers,
    mock: await startFront({ ...shared, backend: await prismBackend(contract, createMemory()) }),
  };
});
afterAll(() => Promise.all(Object.values(fronts).map((front) => front.stop())));

describe.each(['handlers', 'mock'])('with %s as the backend', (name) => {
  const ask = async (method: string, path: string) => {
    const headers = { authorization: `Bearer ${keys.secretTest}` };
    const response = await fetch(`${fronts[name]?.url}${path}`, { method, headers });
    return { response, body: (await response.json()) as { data?: { name: string }; error?: { code: string } } };
  };

  test.each([
    ['GET', '/things/x', 'getThing'],
    ['DELETE', '/things/bulky', 'deleteThing'],
    ['GET', '/things/all', 'listThings'],
    ['POST', '/things/bulk', 'createThings'],
    ['GET', '/things/bulk/parts', 'listParts'],
    ['GET', '/areas/bulk/parts', 'listAreaParts'],
  ])('200 %s %s is %s', async (method, path, operationId) => {
    const { response, body } = await ask(method, path);
    expect([response.status, body.data?.name]).toEqual([200, operationId]);
  });

  test.each([
    ['GET', '/things/bulk', 'POST'],
    ['DELETE', '/things/bulk', 'POST'],
    ['DELETE', '/things/all', 'GET, HEAD'],
    ['POST', '/things/x', 'GET, HEAD, DELETE'],
  ])('405 %s %s: the literal path wins, although the other template has the method', async (method, path, allowed) => {
    const { response, body } = await ask(method, path);
    expect([response.status, body.error?.code, response.headers.get('Allow')]).toEqual([
      405,
      'method_not_allowed',
      allowed,
    ]);
  });
});
