// Parses a complete body, one reader per media type.
import { type Form, type FormField, urlEncoded } from '../contract/forms.ts';
import { numberOf } from './parameters.ts';
import { Problem } from './problem.ts';

/** @throws 400 for a body that is not of its media type */
export type Reader = (bytes: Buffer, form: Form) => unknown;

export const readers: Record<string, Reader> = {
  'application/json': readJson,
  [urlEncoded]: readForm,
};

function readJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(utf8(bytes));
  } catch (cause) {
    throw new Problem('invalid_json', { cause });
  }
}

/** A form as the URL standard describes it (section 5). */
function readForm(bytes: Buffer, form: Form): unknown {
  const fields = createFields(form);
  try {
    for (const pair of utf8(bytes).split('&').filter(Boolean)) {
      const [name = '', ...value] = pair.replaceAll('+', ' ').split('=');
      fields.add(decodeURIComponent(name), decodeURIComponent(value.join('=')));
    }
  } catch (cause) {
    throw new Problem('parameter_invalid', {
      param: 'body',
      message: 'The body is not a URL-encoded form in UTF-8.',
      cause,
    });
  }
  return fields.body();
}

const decoder = new TextDecoder('utf-8', { fatal: true });
const utf8 = (bytes: Buffer): string => decoder.decode(bytes);

/** Collects the fields of a form, converted to the types of the contract. What does not fit stays as it is, and the guard rejects it. */
export function createFields(form: Form) {
  const given = new Map<string, unknown[]>();
  return {
    add(name: string, value: unknown): void {
      const converted = typeof value === 'string' ? converting(form[name], value) : value;
      given.set(name, [...(given.get(name) ?? []), converted]);
    },
    body(): Record<string, unknown> {
      return Object.fromEntries(
        [...given].map(([name, values]) => [name, form[name]?.isList || values.length > 1 ? values : values[0]]),
      );
    },
  };
}

function converting(field: FormField | undefined, text: string): unknown {
  switch (field?.type) {
    case 'integer':
    case 'number':
      return numberOf(text, field.type) ?? text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    default:
      return text;
  }
}
