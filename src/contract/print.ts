// Prints the TypeScript that is generated from the contract: operation table, handler interfaces, error registry.
import {
  type Contract,
  operationsOf,
  type Parameter,
  parametersOf,
  permissionsOf,
  type Ref,
  type Response,
  resolve,
  type Schema,
  schemasWithin,
} from './document.ts';
import { requestHeadersOf, responseHeadersOf } from './headers.ts';

/** What the front needs to know about each operation. */
export function operationRows(contract: Contract) {
  return [...operationsOf(contract)].map(({ path, method, item, operation }) => {
    const parameters = parametersOf(contract, item, operation);
    const query = parameters.filter((parameter) => parameter.in === 'query');
    const responses = Object.values(operation.responses).map((response) =>
      resolve(contract, response as Ref<Response>),
    );
    return {
      operationId: operation.operationId,
      tag: operation.tags[0],
      method: method.toUpperCase(),
      path,
      aliases: item['x-alias'] ? [item['x-alias']] : [],
      security: operation.security.flatMap((requirement) =>
        Object.entries(requirement).map(([scheme, permissions]) => ({ scheme, permissions })),
      ),
      query: query.map(({ name }) => name),
      numbers: parameters.flatMap((parameter) => numberIn(contract, parameter)),
      headers: parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name),
      secretQuery: query.filter((parameter) => parameter['x-audience'] === 'secret').map(({ name }) => name),
      uuidParams: parameters
        .filter((parameter) => parameter.in === 'path' && admitsUuid(contract, parameter.schema))
        .map(({ name }) => name),
      body: operation.requestBody
        ? { required: operation.requestBody.required ?? false, mediaTypes: Object.keys(operation.requestBody.content) }
        : null,
      isProbe: operation['x-probe'] ?? false,
      isIdempotent: (operation.parameters ?? []).some(({ $ref }) => $ref?.endsWith('/Idempotency-Key')),
      showsSecret: responses.some(({ content }) =>
        Object.values(content ?? {}).some(({ schema }) => isShownOnce(contract, schema)),
      ),
      environment: operation['x-environment'] ?? null,
      hasEnvelope: operation['x-envelope'] !== 'none',
      successStatus: Number(Object.keys(operation.responses).find((status) => status.startsWith('2'))),
      produces: [...new Set(responses.flatMap(({ content }) => Object.keys(content ?? {})))],
    };
  });
}

/** `generated/operations.ts`: these rows as a constant, and the other facts that the code needs from the contract. */
export function operationTable(contract: Contract): string {
  const rows = operationRows(contract).map((row) => JSON.stringify(row));
  return (
    `export const versions = ${JSON.stringify(contract.components.schemas.Version.enum)} as const;\n\n` +
    `export const permissions = ${JSON.stringify(permissionsOf(contract))} as const;\n\n` +
    `export const requestHeaders = ${JSON.stringify(requestHeadersOf(contract))} as const;\n` +
    `export const responseHeaders = ${JSON.stringify(responseHeadersOf(contract))} as const;\n\n` +
    `export const operationTable = [\n${rows.map((row) => `  ${row},\n`).join('')}] as const;\n\n` +
    `export const secretFields = ${JSON.stringify(secretFields(contract))} as const;\n\n` +
    `export const secretWhen = ${JSON.stringify(secretWhen(contract))} as const;\n\n` +
    "export type OperationId = (typeof operationTable)[number]['operationId'];\n" +
    'export type Permission = (typeof permissions)[number];\n'
  );
}

/** The place, name and type of a path or query parameter that is a number or an array of numbers. Empty for any other parameter. */
function numberIn(contract: Contract, { name, in: place, schema }: Parameter): object[] {
  const resolved = resolve(contract, schema);
  const types = [resolved.type, resolve(contract, resolved.items ?? {}).type].flat();
  const type = ['number', 'integer'].find((one) => types.includes(one));
  return type && place !== 'header' ? [{ in: place, name, type }] : [];
}

/** Whether any schema within it is marked `x-shown-once`. */
const isShownOnce = (contract: Contract, node: Schema): boolean =>
  [...schemasWithin(contract, node)].some((schema) => schema['x-shown-once']);

/** The fields that only secret keys may see, by schema. */
const secretFields = ({ components: { schemas } }: Contract): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries<Schema>(schemas).flatMap(([name, { properties = {} }]) => {
      const secret = Object.keys(properties).filter((field) => properties[field]?.['x-audience'] === 'secret');
      return secret.length > 0 ? [[name, secret]] : [];
    }),
  );

/** The field that decides whether only secret keys may see a row, by schema. */
const secretWhen = ({ components: { schemas } }: Contract): Record<string, string> =>
  Object.fromEntries(
    Object.entries<Schema>(schemas).flatMap(([name, { 'x-secret-when': field }]) => (field ? [[name, field]] : [])),
  );

const someUuid = 'ABCDEF01-2345-8ABC-8DEF-000000000000';

/** Whether a parameter accepts UUIDs in upper and lower case. */
function admitsUuid(contract: Contract, node: Schema): boolean {
  const { pattern, anyOf = [] } = resolve(contract, node) as { pattern?: string; anyOf?: Schema[] };
  return pattern ? new RegExp(pattern, 'u').test(someUuid) : anyOf.some((one) => admitsUuid(contract, one));
}

/** `generated/stubs.ts`: one interface per tag with one method per operation. */
export function stubs(contract: Contract): string {
  const byTag = Map.groupBy(operationsOf(contract), ({ operation }) => operation.tags[0]);
  const interfaces = [...byTag].map(
    ([tag, entries]) =>
      `export interface ${tag}Handlers {\n${entries
        .map(
          ({ method, path, operation }) =>
            `  /** ${method.toUpperCase()} ${path}: ${operation.summary} */\n  ${operation.operationId}: Handler<'${operation.operationId}'>;\n`,
        )
        .join('')}}\n`,
  );
  return (
    "import type { Handler } from '../src/http/operation.ts';\n\n" +
    interfaces.join('\n') +
    `\nexport interface Handlers {\n${[...byTag.keys()].map((tag) => `  ${tag}: ${tag}Handlers;\n`).join('')}}\n`
  );
}

/** `generated/errors.ts`: the error registry and the union of its codes. */
export function errorRegistry(contract: Contract): string {
  const { 'x-errors': registry } = contract.components.schemas.ErrorCode;
  return (
    'export type ErrorEntry = { status: number; type: ErrorType; title: string; message: string; param?: string; cause: string; fix: string };\n' +
    `export type ErrorType = ${(contract.components.schemas.ErrorType as { enum: string[] }).enum.map((one) => `'${one}'`).join(' | ')};\n` +
    `export type ErrorCode = ${contract.components.schemas.ErrorCode.enum.map((one) => `'${one}'`).join(' | ')};\n\n` +
    `export const errors: Record<ErrorCode, ErrorEntry> = ${JSON.stringify(registry, null, 2)};\n`
  );
}
