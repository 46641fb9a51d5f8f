// The formats of the contract, which the generated validators use while a server runs.
import type { Format } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';

const everyDateTime = (fullFormats['date-time'] as { validate(text: string): boolean }).validate;
/** In UTC, not on 29 February, and without a leap second. */
const usualDateTime = new RegExp(
  '^\\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)' +
    'T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?Z$',
);

/** The formats of ajv-formats, in its full mode: 30 February is invalid. */
export const exactFormats: Record<string, Format> = {
  ...fullFormats,
  'date-time': (text: string) => usualDateTime.test(text) || everyDateTime(text),
};
