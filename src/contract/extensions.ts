// Schemas that contain all fields of another one: `x-extends: ApiKey` in `IssuedApiKey`.
import type { Contract, Schema } from './document.ts';

/**
 * Copies the fields of the other schema before its own. Our rules allow no `allOf` in responses, because the guard closes each object.
 * @throws Error for a schema that does not exist
 */
export function addExtensions({ components: { schemas } }: Contract): void {
  for (const [name, schema] of Object.entries<Schema>(schemas)) {
    const base = schema['x-extends'];
    if (base === undefined) continue;
    const other: Schema | undefined = schemas[base];
    if (!other) throw new Error(`${name} extends ${base}, which does not exist`);
    delete schema['x-extends'];
    schema.required = [...new Set([...(other.required ?? []), ...(schema.required ?? [])])];
    schema.properties = { ...other.properties, ...schema.properties };
  }
}
