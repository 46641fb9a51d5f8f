// Finds the operation of a request, by path and then by method. Nothing else reads the paths of the operation table.
import { operationTable } from '../../generated/operations.ts';
import type { Form } from '../contract/forms.ts';
import type { NumberType } from './parameters.ts';

export type Operation = {
  operationId: string;
  tag: string;
  method: string;
  path: string;
  /** Other paths of the same operation. */
  aliases: readonly string[];
  security: readonly { scheme: string; permissions: readonly string[] }[];
  /** The names of query parameters as they appear in a URL. The fields of an object are `filter[name]`. */
  query: readonly string[];
  /** Those of them that are fields of an object. */
  fields: readonly string[];
  /** The query parameters that are lists with commas. */
  commaLists: readonly string[];
  secretQuery: readonly string[];
  /** The path parameters that can be UUIDs. */
  uuidParams: readonly string[];
  headers: readonly string[];
  /** The path and query parameters that are numbers. */
  numbers: readonly { in: 'path' | 'query'; name: string; type: NumberType }[];
  /** `form` is empty for a body that cannot be a form. */
  body: { required: boolean; mediaTypes: readonly string[]; form: Form } | null;
  isProbe: boolean;
  /** Whether it accepts the header `Idempotency-Key`. */
  isIdempotent: boolean;
  /** Whether it changes nothing, so that it needs no transaction: a GET, or a POST with `x-reads`. */
  isRead: boolean;
  /** Whether its success contains a secret, which is shown only once. */
  showsSecret: boolean;
  /** The only environment in which it works. */
  environment: 'test' | null;
  /** Whether its success has the envelope `{success, data, meta}`. */
  hasEnvelope: boolean;
  successStatus: number;
  /** By status. `headers` are those that a handler sets; true means required. */
  successes: Readonly<
    Record<string, { mediaTypes: readonly string[]; headers: Readonly<Record<string, boolean>> } | undefined>
  >;
  /** The fields of an item, if its success can be a sequence of items. */
  columns: readonly string[];
  /** The media types of its successes. */
  produces: readonly string[];
};
export type Route = { methods: Map<string, Operation>; params: Record<string, string> };

/** `names` are the parameters, by position. */
type Template = { segments: string[]; names: (string | undefined)[]; methods: Map<string, Operation> };

/**
 * Builds the lookup from a request path (not decoded, without the query) to its methods and decoded parameters.
 * @throws Error for a parameter that is only part of a segment
 */
export function createRouter(operations: readonly Operation[] = operationTable): (path: string) => Route | undefined {
  const templates = new Map<string, Template>();
  for (const operation of operations)
    for (const path of [operation.path, ...operation.aliases]) {
      const template = templates.get(path) ?? templateOf(path);
      template.methods.set(operation.method, operation);
      templates.set(path, template);
    }
  const bySize = Map.groupBy(templates.values(), ({ segments }) => segments.length);
  for (const ofSize of bySize.values()) ofSize.sort(literalsFirst);

  return (path) => {
    const actual = path.split('/');
    const template = bySize.get(actual.length)?.find((one) => fits(one, actual));
    const params = template && decoded(template.names, actual);
    return params && { methods: template.methods, params };
  };
}

function fits({ segments, names }: Template, actual: string[]): boolean {
  for (
    let i = segments.length - 1;
    i >= 0;
    i-- // paths differ at their ends
  )
    if (names[i] === undefined ? segments[i] !== actual[i] : actual[i] === '') return false;
  return true;
}

function templateOf(path: string): Template {
  const segments = path.split('/');
  if (segments.some((segment) => /[{}]/.test(segment) && !/^\{\w+\}$/.test(segment)))
    throw new Error(`${path} has a parameter that is not a whole segment`);
  const names = segments.map((segment) => (isParameter(segment) ? segment.slice(1, -1) : undefined));
  return { segments, names, methods: new Map() };
}

const isParameter = (segment: string): boolean => segment.startsWith('{');

/**
 * Orders templates with the same number of segments: at the first segment where only one of them is literal, that one comes first
 * (OpenAPI 3.1, section 4.8.8.2).
 */
function literalsFirst({ segments: one }: Template, { segments: other }: Template): number {
  const i = one.findIndex((segment, at) => isParameter(segment) !== isParameter(other[at] ?? ''));
  return i === -1 ? 0 : isParameter(one[i] ?? '') ? 1 : -1;
}

/** A percent sequence that is not valid UTF-8 matches no path. */
function decoded(names: Template['names'], actual: string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  try {
    for (const [i, name] of names.entries()) if (name !== undefined) params[name] = decodeURIComponent(actual[i] ?? '');
    return params;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
