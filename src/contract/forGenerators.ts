// generated/openapi.clients.json: the contract as client generators need it. It describes the same requests and responses.
import { type Contract, operationsOf, type Schema } from './document.ts';

const description =
  'The API of the cStar support desk. The guides are part of the reference at /developers/api on the server.';
const scheme = 'apiKey';

/**
 * A copy of the contract without the parts that break or bloat generated clients: webhooks, which are requests to the client; the
 * guides; the second security scheme; formats next to a pattern.
 */
export function forGenerators(contract: Contract): Contract {
  const { webhooks: _, ...copy } = structuredClone(contract);
  copy.info.description = description;
  oneScheme(copy);
  visit(copy, (node) => delete node['x-item']); // clients get the text of a stream
  dropUnused(copy);
  visit(copy, (node) => {
    if (node.pattern !== undefined) delete node.format;
  });
  openResponses(copy);
  nameSharedValues(Object.entries<Schema>(copy.components.schemas));
  return copy;
}

/** A client has one key. Java assigns it to the first scheme and sends it only to operations that allow that scheme. */
function oneScheme(contract: Contract): void {
  for (const { operation } of operationsOf(contract))
    if (operation.security.length > 0) operation.security = [{ [scheme]: [] }];
  const bearerFormat = Object.values(contract.components.securitySchemes)
    .map((one) => one.bearerFormat)
    .join('; or ');
  contract.components.securitySchemes = { [scheme]: { type: 'http', scheme: 'bearer', bearerFormat } };
}

/** Java and Go reject a response with unknown fields unless the schema explicitly allows them. */
function openResponses({ components }: Contract): void {
  visit(components.schemas, (node) => {
    if (node.properties && node.additionalProperties === undefined) node.additionalProperties = true;
  });
}

/** Go declares the values of all enums in one namespace, so an enum that repeats a value of an earlier one prefixes its constants. */
function nameSharedValues(schemas: [name: string, schema: Schema][]): void {
  const seen = new Set<unknown>();
  for (const [name, schema] of schemas) {
    const values = (schema.enum as string[] | undefined) ?? [];
    if (values.some((value) => seen.has(value)))
      schema['x-enum-varnames'] = values.map((value) => constantOf(`${name}_${value}`));
    for (const value of values) seen.add(value);
  }
}

/** `AuditAction_api_key.created` becomes `AUDIT_ACTION_API_KEY_CREATED`. */
const constantOf = (text: string): string => text.replaceAll(/(?<=[a-z])(?=[A-Z])|\W/g, '_').toUpperCase();

/** Removes components and tags that only webhooks used. */
function dropUnused(contract: Contract): void {
  const used = new Set<string>();
  const follow = (node: unknown): void =>
    visit(node, ({ $ref }) => {
      if (typeof $ref !== 'string' || used.has($ref)) return;
      used.add($ref);
      const [, , section, name] = $ref.split('/') as [string, string, 'schemas', string];
      follow(contract.components[section][name]);
    });
  follow(contract.paths);
  for (const [section, components] of Object.entries<Record<string, unknown>>(contract.components as never))
    if (section !== 'securitySchemes')
      for (const name of Object.keys(components))
        if (!used.has(`#/components/${section}/${name}`)) delete components[name];
  const tags = new Set([...operationsOf(contract)].map(({ operation }) => operation.tags[0]));
  contract.tags = contract.tags?.filter(({ name }) => tags.has(name));
}

function visit(node: unknown, see: (node: Record<string, unknown>) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) see(node as Record<string, unknown>);
  for (const inner of Object.values(node)) visit(inner, see);
}
