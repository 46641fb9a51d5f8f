// Prints the TypeScript that is generated from the contract: operation table, handler interfaces, error registry.
import { frontHeaders } from './complete.ts';
import {
  bodiesOfSuccess,
  type Contract,
  type Header,
  type Operation,
  operationsOf,
  type Parameter,
  parametersOf,
  permissionsOf,
  type Response,
  resolve,
  type Schema,
  schemasWithin,
  successesOf,
} from './document.ts';
import { columnsOf } from './formats.ts';
import { formOf } from './forms.ts';
import { isOfSession, isRead } from './frontErrors.ts';
import { requestHeadersOf, responseHeadersOf } from './headers.ts';
import { isCommaList, wireParameters } from './queries.ts';

/** What the front needs to know about each operation. */
export function operationRows(contract: Contract) {
  return [...operationsOf(contract)].map(({ path, method, item, operation }) => {
    const parameters = wireParameters(contract, parametersOf(contract, item, operation));
    const query = parameters.filter((parameter) => parameter.in === 'query');
    const successes = successesOf(contract, operation);
    const bodies = bodiesOfSuccess(contract, operation);
    const items = bodies.find(({ media }) => media['x-item'])?.schema;
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
      commaLists: query.filter(isCommaList).map(({ name }) => name),
      fields: query.map(({ name }) => name).filter((name) => name.includes('[')),
      numbers: parameters.flatMap((parameter) => numberIn(contract, parameter)),
      headers: parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name),
      secretQuery: query.filter((parameter) => parameter['x-audience'] === 'secret').map(({ name }) => name),
      uuidParams: parameters
        .filter((parameter) => parameter.in === 'path' && admitsUuid(contract, parameter.schema))
        .map(({ name }) => name),
      body: operation.requestBody
        ? {
            required: operation.requestBody.required ?? false,
            mediaTypes: Object.keys(operation.requestBody.content),
            form: formOf(contract, operation.requestBody.content) ?? {},
          }
        : null,
      isProbe: operation['x-probe'] ?? false,
      isIdempotent: (operation.parameters ?? []).some(({ $ref }) => $ref?.endsWith('/Idempotency-Key')),
      isRead: isRead(method, operation),
      showsSecret: bodies.some(({ schema }) => isShownOnce(contract, schema)),
      environment: operation['x-environment'] ?? null,
      hasEnvelope: operation['x-envelope'] !== 'none',
      successStatus: Number(successes[0]?.status),
      successes: Object.fromEntries(
        successes.map(({ status, response }) => [
          status,
          { mediaTypes: Object.keys(response.content ?? {}), headers: ownHeaders(contract, response) },
        ]),
      ),
      columns: items ? columnsOf(contract, items) : [],
      produces: [...new Set(bodies.map(({ mediaType }) => mediaType))],
    };
  });
}

/**
 * `generated/operations.ts`: these rows as a constant, and the other facts that the code needs from the contract.
 * @param idPrefixes the prefix of each resource's IDs
 */
export function operationTable(contract: Contract, idPrefixes: Record<string, string> = {}): string {
  const rows = operationRows(contract).map((row) => JSON.stringify(row));
  return (
    `export const versions = ${JSON.stringify(contract.components.schemas.Version.enum)} as const;\n\n` +
    `export const permissions = ${JSON.stringify(permissionsOf(contract))} as const;\n\n` +
    `export const requestHeaders = ${JSON.stringify(requestHeadersOf(contract))} as const;\n` +
    `export const responseHeaders = ${JSON.stringify(responseHeadersOf(contract))} as const;\n\n` +
    `export const operationTable = [\n${rows.map((row) => `  ${row},\n`).join('')}] as const;\n\n` +
    `export const secretFields = ${JSON.stringify(secretFields(contract))} as const;\n\n` +
    `export const idPrefixes = ${JSON.stringify(idPrefixes)} as const;\n\n` +
    `export const eventFields = ${JSON.stringify(eventFields(contract))} as const;\n\n` +
    `export const secretWhen = ${JSON.stringify(secretWhen(contract))} as const;\n\n` +
    "export type OperationId = (typeof operationTable)[number]['operationId'];\n" +
    'export type Permission = (typeof permissions)[number];\n'
  );
}

/** The headers that a handler sets, and whether each is required. */
function ownHeaders(contract: Contract, { headers = {} }: Response): Record<string, boolean> {
  const own = Object.entries(headers).filter(([name]) => !(frontHeaders as readonly string[]).includes(name));
  return Object.fromEntries(own.map(([name, header]) => [name, resolve<Header>(contract, header).required ?? false]));
}

/** The place, name and type of a path or query parameter that is a number or an array of numbers. Empty for any other parameter. */
function numberIn(contract: Contract, { name, in: place, schema }: Parameter): object[] {
  const resolved = resolve(contract, schema);
  const types = [resolved.type, resolve<Schema>(contract, resolved.items ?? {}).type].flat();
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

/** The fields of each resource in events and in the audit log. */
const eventFields = ({ components: { schemas } }: Contract): Record<string, object> =>
  Object.fromEntries(
    Object.entries<Schema>(schemas).flatMap(
      ([name, { 'x-snapshot': snapshot = [], 'x-changes': changes = [], 'x-audited': audited = [] }]) =>
        snapshot.length + audited.length > 0 ? [[name, { snapshot, changes, audited }]] : [],
    ),
  );

const someUuid = 'ABCDEF01-2345-8ABC-8DEF-000000000000';

/** Whether a parameter accepts UUIDs in upper and lower case. */
function admitsUuid(contract: Contract, node: Schema): boolean {
  const { pattern, anyOf = [] } = resolve(contract, node) as { pattern?: string; anyOf?: Schema[] };
  return pattern ? new RegExp(pattern, 'u').test(someUuid) : anyOf.some((one) => admitsUuid(contract, one));
}

/**
 * `stubs.ts`: one interface per tag with one method per operation.
 * @param handlerModule the module with the type `Handler`, relative to the target
 */
export function stubs(contract: Contract, handlerModule: string): string {
  const byTag = Map.groupBy(operationsOf(contract), ({ operation }) => operation.tags[0]);
  const interfaces = [...byTag].map(
    ([tag, entries]) =>
      `export interface ${tag}Handlers {\n${entries
        .map(
          ({ method, path, operation }) =>
            `  /** ${method.toUpperCase()} ${path}: ${operation.summary} */\n  ${operation.operationId}: ${handlerType(contract, operation)};\n`,
        )
        .join('')}}\n`,
  );
  const all = interfaces.join('\n');
  const fromFront = all.includes('SessionCaller') ? 'Handler, SessionCaller' : 'Handler';
  const used = all.includes("components['schemas']") ? 'components, operations' : 'operations';
  return (
    `import type { ${fromFront} } from '${handlerModule}';\n` +
    `import type { ${used} } from './types.ts';\n\n` +
    all +
    `\nexport interface Handlers {\n${[...byTag.keys()].map((tag) => `  ${tag}: ${tag}Handlers;\n`).join('')}}\n`
  );
}

/** `Handler<operations['listTickets']>`, with the type of the items of a stream, and the kind of caller if it is not a key. */
function handlerType(contract: Contract, operation: Operation): string {
  const items = new Set(bodiesOfSuccess(contract, operation).flatMap(({ media }) => media['x-item']?.$ref ?? []));
  if (items.size > 1) throw new Error(`${operation.operationId} has several schemas as x-item. It can have one.`);
  const item = [...items].map(($ref) => `components['schemas']['${$ref.split('/').at(-1)}']`);
  const by = isOfSession(operation) ? [...(item.length > 0 ? [] : ['never']), 'SessionCaller'] : [];
  return `Handler<${[`operations['${operation.operationId}']`, ...item, ...by].join(', ')}>`;
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
