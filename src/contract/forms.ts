// The fields of a form, which arrive as text and files. The front converts them by their types.
import { type Contract, type Media, resolve, type Schema } from './document.ts';

export type FormField = {
  type: 'text' | 'integer' | 'number' | 'boolean' | 'file';
  isList: boolean;
  /** Only of files. `mediaTypes` is empty if every type is allowed. */
  bytesMax?: number;
  countMax?: number;
  mediaTypes?: readonly string[];
};
export type Form = Readonly<Record<string, FormField>>;

export const urlEncoded = 'application/x-www-form-urlencoded';
export const multipart = 'multipart/form-data';
/** The media types that the front can read (src/http/readers.ts and multipart.ts). */
export const readable: readonly string[] = ['application/json', urlEncoded, multipart];

/**
 * The fields of the form that a body can be. Undefined if it cannot be a form.
 * @throws Error for a field that a form cannot contain, such as an object
 */
export function formOf(contract: Contract, content: Record<string, Media>): Form | undefined {
  const media = content[multipart] ?? content[urlEncoded];
  if (!media) return undefined;
  const { properties = {} } = resolve<Schema>(contract, media.schema);
  return Object.fromEntries(
    Object.entries(properties).map(([name, node]) => {
      const schema = resolve<Schema>(contract, node);
      const isList = schema.type === 'array';
      const one = isList ? resolve<Schema>(contract, schema.items ?? {}) : schema;
      const field = { type: typeOf(one, name), isList };
      if (field.type !== 'file') return [name, field];
      const mediaTypes = media.encoding?.[name]?.contentType?.split(',').map((type) => type.trim()) ?? [];
      const countMax = isList ? schema.maxItems : 1;
      return [name, { ...field, bytesMax: one.maxLength, countMax, mediaTypes }];
    }),
  );
}

function typeOf({ type, format, maxLength }: Schema, name: string): FormField['type'] {
  if (format === 'binary') {
    if (typeof maxLength !== 'number') throw new Error(`the file ${name} has no maxLength`);
    return 'file';
  }
  if (type === 'string') return 'text';
  if (type === 'integer' || type === 'number' || type === 'boolean') return type;
  throw new Error(
    `${name} cannot be a field of a form. It must be a text, a number, a boolean, a file or a list of them`,
  );
}
