// Adapts the contract to Prism's generator, which adds fields to open objects, fills every array up to `maxItems`, does not support
// every format, and does not support `\p{L}` in patterns.
import type { Contract, Schema } from '../contract/document.ts';
import { anyText } from '../contract/keywords.ts';
import { patternInAscii } from './patterns.ts';

const itemsMax = 3;
/** Values for the formats that the generator does not support or gets wrong. */
const samples: Record<string, string[]> = {
  duration: ['PT30M', 'PT8H', 'P1D', 'P1Y2M10DT2H30M'],
  'iso-time': ['10:00:00Z', '23:59:59+02:00'],
  'iso-date-time': ['2026-03-30T10:00:00Z', '2026-03-30T12:00:00+02:00'],
  url: ['https://example.com/', 'https://example.com/help?page=2'],
  'uri-template': ['https://example.com/{id}', '/tickets/{id}'],
  'json-pointer-uri-fragment': ['#/data/0/title', '#/meta'],
  'relative-json-pointer': ['0', '1/title'],
  byte: ['Y1N0YXI=', 'aGVscA=='],
};

/** A copy of the contract with closed objects, short arrays, and strings that the generator can create. */
export function fakeable(contract: Contract): Contract {
  const copy = structuredClone(contract);
  for (const schema of Object.values(copy.components.schemas)) narrow(schema);
  return copy;
}

function narrow(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const schema = node as Schema;
  if (schema.properties) schema.additionalProperties ??= false;
  if (schema['x-always'] !== undefined) schema.const = schema['x-always'];
  if (schema.pattern === anyText) delete schema.pattern; // words look better than random characters
  if (typeof schema.maxItems === 'number') schema.maxItems = Math.min(schema.maxItems, itemsMax);
  if (typeof schema.pattern === 'string') schema.pattern = patternInAscii(schema.pattern) ?? schema.pattern;
  const values = typeof schema.format === 'string' ? samples[schema.format] : undefined;
  if (values) {
    delete schema.format;
    schema.enum ??= values;
  }
  for (const inner of Object.values(schema)) narrow(inner);
}
