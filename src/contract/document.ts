// The types of an OpenAPI document, as far as this product reads it.

import type { IdEntry } from './ids.ts';

export type Ref<T> = T & { $ref?: string };
export type Schema = {
  [keyword: string]: unknown;
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  patternProperties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  prefixItems?: Schema[];
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  discriminator?: { propertyName: string; mapping?: Record<string, string> };
  'x-audience'?: 'secret';
  'x-secret-when'?: string;
  'x-from-path'?: string;
  'x-from-caller'?: string;
  'x-values'?: string;
  'x-shown-once'?: boolean;
  'x-always'?: boolean;
  'x-must-be'?: string;
  'x-keys'?: string;
  'x-extends'?: string;
  'x-snapshot'?: string[];
  'x-changes'?: string[];
  'x-audited'?: string[];
  'x-clock'?: 'create' | 'write' | Record<string, string[]>;
  'x-sets'?: Record<string, Record<string, unknown>>;
};
export type Parameter = {
  name: string;
  in: 'path' | 'query' | 'header';
  description?: string;
  required?: boolean;
  style?: string;
  explode?: boolean;
  schema: Schema;
  example?: unknown;
  'x-audience'?: 'secret';
  'x-filters'?: string[];
  'x-searches'?: string[];
};
export type Header = { description: string; required?: boolean; schema: Schema };
export type Example = { summary: string; value: unknown };
export type Media = {
  schema: Schema;
  examples?: Record<string, Example>;
  /** The schema of one item, for a media type that is a sequence of items (`src/contract/formats.ts`). */
  'x-item'?: Schema;
  /** The media types of the files of a multipart form. */
  encoding?: Record<string, { contentType?: string }>;
  /** Example items, from which the examples of these media types are written. */
  'x-items'?: unknown[];
};
export type Response = { description: string; headers?: Record<string, Ref<Header>>; content?: Record<string, Media> };
export type Operation = {
  operationId: string;
  tags: [string];
  summary: string;
  description?: string;
  security: Record<string, string[]>[];
  parameters?: Ref<Parameter>[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
  responses: Record<string, Ref<Response>>;
  'x-errors'?: string[];
  'x-probe'?: boolean;
  'x-environment'?: 'test';
  'x-envelope'?: 'none';
  'x-reads'?: boolean;
  /** Of a webhook: its resources, each with the name of an example, and the changes in the example. */
  'x-event'?: Record<string, string | Record<string, { from: unknown; to: unknown }>>;
};
export const methods = ['get', 'put', 'post', 'patch', 'delete'] as const;
export type PathItem = Partial<Record<(typeof methods)[number], Operation>> & {
  parameters?: Ref<Parameter>[];
  /** A second path of the same operations. */
  'x-alias'?: string;
};
export type ErrorEntry = {
  status: number;
  type: string;
  title: string;
  message: string;
  param?: string;
  cause: string;
  fix: string;
};
export type RateLimit = { description: string; requests: number; windowSeconds: number };
export type SecurityScheme = { type: string; scheme: string; bearerFormat: string; description?: string };
export type Components = {
  schemas: Record<string, Schema> & {
    ErrorCode: { enum: string[]; 'x-errors': Record<string, ErrorEntry> };
    Version: { enum: string[] };
  };
  headers: Record<string, Header>;
  responses: Record<string, Response>;
  parameters: Record<string, Parameter>;
  examples: Record<string, Example>;
  securitySchemes: Record<string, SecurityScheme>;
};
export type Contract = {
  'x-ids'?: Record<string, IdEntry>;
  webhooks?: Record<string, PathItem>;
  tags?: { name: string; description: string }[];
  info: { description: string; 'x-guides'?: string[]; 'x-rate-limits': Record<string, RateLimit> };
  paths: Record<string, PathItem>;
  components: Components;
};

/** Resolves a `$ref` into `#/components`. Returns any other node as it is. */
export function resolve<T extends object>(contract: Contract, node: Ref<T>): T {
  if (!node.$ref) return node;
  const [, section, name] = node.$ref.slice(2).split('/') as [string, keyof Components, string];
  const target = contract.components[section]?.[name];
  if (!target) throw new Error(`${node.$ref} does not exist`);
  return target as unknown as T;
}

/** `resolve` for a contract that no longer changes: remembers what it has found. */
export function resolverOf(contract: Contract): <T extends object>(node: Ref<T>) => T {
  const known = new WeakMap<object, object>();
  return <T extends object>(node: Ref<T>) => {
    if (!node.$ref) return node as T;
    const found = (known.get(node) as T | undefined) ?? resolve<T>(contract, node);
    known.set(node, found);
    return found;
  };
}

const data = ['const', 'default', 'enum', 'example', 'examples'];
const named = ['properties', 'patternProperties', 'dependentSchemas', '$defs'];

/** The schema and every schema within it, with references followed, each once. */
export function schemasWithin(contract: Contract, node: Schema): Set<Schema> {
  const found = new Set<Schema>();
  collect(node);
  return found;

  function collect(inner: unknown): void {
    if (typeof inner !== 'object' || inner === null || found.has(inner as Schema)) return;
    found.add(inner as Schema);
    if ((inner as Schema).$ref) collect(resolve(contract, inner as Schema));
    for (const [key, value] of Object.entries(inner))
      if (named.includes(key)) Object.values(value).forEach(collect);
      else if (!data.includes(key)) collect(value);
  }
}

/** Every operation with its path and method, in the order of the document. */
export function* operationsOf(
  contract: Contract,
): Generator<{ path: string; method: (typeof methods)[number]; item: PathItem; operation: Operation }> {
  for (const [path, item] of Object.entries(contract.paths))
    for (const method of methods) {
      const operation = item[method];
      if (operation) yield { path, method, item, operation };
    }
}

/** Every parameter of an operation, including those of its path. */
export function parametersOf(contract: Contract, item: PathItem, operation: Operation): Parameter[] {
  return [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((parameter) => resolve(contract, parameter));
}

/** The responses of an operation that are not errors. */
export function successesOf(
  contract: Contract,
  { operationId, responses }: Operation,
): { status: string; response: Response }[] {
  return Object.entries(responses).flatMap(([status, response]) => {
    if (/^[45]/.test(status)) return [];
    if (!/^[23]\d\d$/.test(status))
      throw new Error(`${operationId} declares a success as '${status}'. It must be one status, such as 200`);
    return { status, response: resolve(contract, response) };
  });
}

/** Every body that a success of the operation can have. `schema` describes one item if the body is a sequence of items. */
export function bodiesOfSuccess(
  contract: Contract,
  operation: Operation,
): { status: string; mediaType: string; media: Media; schema: Schema }[] {
  return successesOf(contract, operation).flatMap(({ status, response }) =>
    Object.entries(response.content ?? {}).map(([mediaType, media]) => {
      const schema = media['x-item'] ?? media.schema;
      if (!schema) throw new Error(`${operation.operationId} ${status} ${mediaType} has no schema`);
      return { status, mediaType, media, schema };
    }),
  );
}

/** The schema of `data` in the success of an operation, and the `data` of each of its examples. */
export function dataOf(
  contract: Contract,
  { responses }: Operation,
): { schema: Schema; examples: unknown[] } | undefined {
  const [, success] = Object.entries(responses).find(([status]) => status.startsWith('2')) ?? [];
  const media = success && resolve(contract, success).content?.['application/json'];
  const schema = media && resolve(contract, media.schema).properties?.data;
  if (!schema) return undefined;
  const bodies = Object.values(media.examples ?? {}).map((example) => resolve(contract, example).value);
  return { schema: resolve(contract, schema), examples: bodies.map((body) => (body as { data: unknown }).data) };
}

/** Every permission that an operation requires. */
export function permissionsOf(contract: Contract): string[] {
  return [
    ...new Set(
      [...operationsOf(contract)].flatMap(({ operation }) =>
        operation.security.flatMap((requirement) => Object.values(requirement).flat()),
      ),
    ),
  ].sort();
}
