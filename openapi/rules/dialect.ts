// With another dialect, Prism silently disables its validation. Our tools do not support OpenAPI 3.2.
import type { Contract } from '../../src/contract/document.ts';
import type { Problem } from './rule.ts';

const wanted = 'https://json-schema.org/draft/2020-12/schema';

/** `jsonSchemaDialect` is the 2020-12 URI, and the document is OpenAPI 3.1. */
export function* dialect(contract: Contract): Generator<Problem> {
  const { openapi, jsonSchemaDialect } = contract as { openapi?: string; jsonSchemaDialect?: string };
  if (!openapi?.startsWith('3.1.')) yield { at: ['openapi'], message: 'The document must be OpenAPI 3.1.' };
  if (jsonSchemaDialect !== wanted)
    yield { at: jsonSchemaDialect ? ['jsonSchemaDialect'] : [], message: `jsonSchemaDialect must be ${wanted}.` };
}
