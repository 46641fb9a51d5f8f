// The fast checks of the guard have the same verdict as those of ajv.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { describe, expect, test } from 'vitest';
import { addExactChecks } from '../../src/contract/exactChecks.ts';
import { exactFormats } from '../../src/contract/exactFormats.ts';

const fast = exactFormats['date-time'] as (text: string) => boolean;
const { validate: full } = fullFormats['date-time'] as { validate(text: string): boolean };

describe('date-time', () => {
  const years = ['0000', '1900', '2000', '2023', '2024', '9999'];
  const twoDigits = Array.from({ length: 34 }, (_, i) => String(i).padStart(2, '0'));
  const dates = years.flatMap((year) =>
    twoDigits.flatMap((month) => twoDigits.map((day) => `${year}-${month}-${day}`)),
  );

  test.each(['T12:30:59Z', 'T00:00:00.123456789012Z', 'T23:59:59+02:00'])('of every date with %s', (time) => {
    const different = dates.filter((date) => fast(`${date}${time}`) !== full(`${date}${time}`));
    expect(different).toEqual([]);
    expect(dates.filter((date) => fast(`${date}${time}`))).toHaveLength(6 * 365 + 3); // 0000, 2000, 2024 are leap years
  });

  const times = [
    ['T24:00:00Z', 'T23:60:00Z', 'T23:59:60Z', 'T12:59:60Z', 'T22:59:60-01:00', 'T23:59:61Z', 'T1:00:00Z', 'T10:00Z'],
    ['t10:00:00z', ' 10:00:00Z', 'T10:00:00', 'T10:00:00.Z', 'T10:00:00.5Z', 'T10:00:00,5Z', 'T10:00:00+24:00', ''],
    ['T10:00:00Z\n', 'T10:00:00ZZ', 'T10:00:00+0200', 'T10:00:00-00:00', 'T\u0661\u0660:00:00Z'],
  ];
  test.each(times.flat())('of a day with the time %j', (time) => {
    for (const date of ['2026-02-28', '2026-01-31']) expect(fast(`${date}${time}`), date).toBe(full(`${date}${time}`));
  });
});

test.each(['minLength', 'maxLength'])('%s counts characters', (keyword) => {
  const [exact, plain] = [new Ajv2020(), new Ajv2020()];
  addExactChecks(exact);
  const texts = [
    '',
    'a',
    'ab',
    'abc',
    'abcd',
    '😀',
    '😀😀',
    '😀😀😀',
    'a😀',
    '😀😀a',
    'é',
    'e\u0301e\u0301',
    '\ud83d',
    '\ude00\ud83d',
  ];
  for (const limit of [0, 1, 2, 3]) {
    const schema = { type: 'string', [keyword]: limit };
    const [one, other] = [exact.compile(schema), plain.compile(schema)];
    expect(
      texts.filter((text) => one(text)),
      `${limit}`,
    ).toEqual(texts.filter((text) => other(text)));
  }
});
