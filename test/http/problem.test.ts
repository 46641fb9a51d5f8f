// The texts of an error are shortened to the lengths that the contract allows.
import { expect, test } from 'vitest';
import { Problem } from '../../src/http/problem.ts';
import { contract } from '../support/judge.ts';

const { param, message } = contract.components.schemas.Error.properties.error.properties;
const bodyOf = (text: string) =>
  new Problem('parameter_invalid', { param: text, message: text }).toBody('req_a1B2c3D4e5F6', 'https://example.com')
    .error;

test.each([0, 1, 2, 3])('text is never cut inside a character, %i letters before the emoji', (letters) => {
  const error = bodyOf('a'.repeat(letters) + '😀'.repeat(600));
  expect(error.param).toMatch(/^a*(😀)+$/u);
  expect(error.message).toMatch(/^a*(😀)+$/u);
  expect(error.param?.length).toBeLessThanOrEqual(param.maxLength);
  expect(error.param?.length).toBeGreaterThanOrEqual(param.maxLength - 1);
  expect(error.message.length).toBeLessThanOrEqual(message.maxLength);
});

test.each(['\ud83d', 'a\ude00b', '\ude00'.repeat(300)])(
  'an unpaired surrogate in the request is replaced: %j',
  (text) => {
    const { param, message } = bodyOf(text);
    expect([param?.isWellFormed(), message.isWellFormed()]).toEqual([true, true]);
  },
);

test('a short text is unchanged', () => {
  expect(bodyOf('tags.0 😀').param).toBe('tags.0 😀');
});
