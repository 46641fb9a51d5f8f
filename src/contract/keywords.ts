// Keywords that all schemas of a kind share. They are added to the bundle, so that the files of openapi/ need not repeat them.
import { type Contract, operationsOf, parametersOf, type Schema, schemasWithin } from './document.ts';

/** Matches any text without NUL, which PostgreSQL cannot store. All languages support `\x00`; Go does not support `\u0000`. */
export const anyText = '^[^\\x00]*$';
const int32Max = 2 ** 31 - 1;
const data = ['const', 'default', 'enum', 'example', 'examples', 'value'];

/** Adds `format` to integers, and a pattern to free text in requests. */
export function addKeywords(contract: Contract): void {
  visit([contract.paths, contract.components], (schema) => {
    if (typesOf(schema).includes('integer')) schema.format ??= fitsInt32(schema) ? 'int32' : 'int64';
  });
  for (const schema of requestSchemas(contract))
    if (typesOf(schema).includes('string') && isFreeText(schema)) schema.pattern = anyText;
}

function* requestSchemas(contract: Contract): Generator<Schema> {
  for (const { item, operation } of operationsOf(contract)) {
    const bodies = Object.values(operation.requestBody?.content ?? {});
    for (const { schema } of [...parametersOf(contract, item, operation), ...bodies])
      yield* schemasWithin(contract, schema);
  }
}

const typesOf = ({ type }: Schema): unknown[] => [type ?? []].flat();
const isFreeText = (schema: Schema): boolean =>
  ['pattern', 'format', 'enum', 'const', 'x-values'].every((keyword) => schema[keyword] === undefined);
const fitsInt32 = ({ minimum, maximum }: Schema): boolean =>
  Number(minimum) >= -int32Max - 1 && Number(maximum) <= int32Max;

function visit(node: unknown, see: (schema: Schema) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) see(node as Schema);
  for (const [key, inner] of Object.entries(node)) if (!data.includes(key)) visit(inner, see);
}
