// The errors that the generator adds to an operation for the front.
import { expect, test } from 'vitest';
import { complete } from '../../src/contract/complete.ts';
import { type Contract, resolve } from '../../src/contract/document.ts';
import { loadContract } from '../../src/contract/load.ts';
import { operations } from '../support/judge.ts';

const path = '/api/v1/teams/{teamId}/things';
const headerOf = (name: string) => ({ name, in: 'header', required: true, schema: { type: 'string', maxLength: 9 } });

/** The codes of the 400 of an operation with only the given parts. */
function codesOf(method: string, parameters: object[], security: object[] = [{ secretKey: [] }]): string[] {
  const contract = {
    ...loadContract(),
    paths: {
      [path]: { [method]: { operationId: 'makeThing', tags: ['Things'], security, parameters, responses: {} } },
    },
  } as unknown as Contract;
  complete(contract);
  const response = contract.paths[path]?.[method as 'get']?.responses[400];
  return Object.keys((response && resolve(contract, response).content?.['application/json']?.examples) ?? {});
}

test('a POST without a body declares the error of an invalid Idempotency-Key', () => {
  expect(codesOf('post', [])).toContain('parameter_invalid');
});

test('a GET without parameters does not declare it', () => {
  expect(codesOf('get', [])).not.toContain('parameter_invalid');
});

test('an operation with a required header declares that it can be missing', () => {
  expect(codesOf('get', [headerOf('X-Signature')], [])).toEqual(
    expect.arrayContaining(['parameter_missing', 'parameter_invalid']),
  );
});

test.each(operations.map((operation) => [operation.operationId, operation]))(
  '%s declares the code for every parameter that can be invalid',
  (_id, { parameters, responses }) => {
    const codes = Object.keys(resolve(loadContract(), responses[400]).content['application/json'].examples);
    const checked = parameters.filter(({ name }: { name: string }) => !['CStar-Version', 'teamId'].includes(name));
    if (checked.length > 0) expect(codes).toContain('parameter_invalid');
  },
);
