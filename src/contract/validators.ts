// Compiles schemas of the contract with ajv (JSON Schema 2020-12).
import { createRequire } from 'node:module';
import type { Ajv2020, Options, ValidateFunction } from 'ajv/dist/2020.js';
import type { Schema } from './document.ts';

/**
 * Returns a function that compiles a schema on its first use. Its references lead to the given schemas of components.
 * @throws Error if ajv cannot compile a schema
 */
export function createValidators(schemas: object, options: Options = {}): (schema: Schema) => ValidateFunction {
  const compiled = new WeakMap<Schema, ValidateFunction>();
  let ajv: Ajv2020 | undefined; // loaded and created on first use, to keep the start fast
  return (schema) => {
    ajv ??= created(schemas, options);
    const validate = compiled.get(schema) ?? ajv.compile(rooted(schema));
    compiled.set(schema, validate);
    return validate;
  };
}

function created(schemas: object, options: Options): Ajv2020 {
  const { Ajv2020 } = require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
  const ajv = new Ajv2020({ strict: false, validateSchema: false, ...options });
  (require('ajv-formats') as (ajv: Ajv2020) => void)(ajv);
  return ajv.addSchema({ components: { schemas } }, 'contract');
}

const require = createRequire(import.meta.url);

/** A copy whose references lead to the document `contract`. */
export const rooted = (schema: Schema): Schema =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"contract#/'));
