// The TypeScript that is written from the contract: operation table, handler interfaces, error registry.
import {
  type Contract,
  operationsOf,
  parametersOf,
  permissionsOf,
  type Ref,
  type Response,
  resolve,
  type Schema,
} from './document.ts';

/** `generated/operations.ts`: what the front needs to know of each operation, as a constant. */
export function operationTable(contract: Contract): string {
  const rows = [...operationsOf(contract)].map(({ path, method, item, operation }) => {
    const query = parametersOf(contract, item, operation).filter((parameter) => parameter.in === 'query');
    const responses = Object.values(operation.responses).map((response) =>
      resolve(contract, response as Ref<Response>),
    );
    return JSON.stringify({
      operationId: operation.operationId,
      tag: operation.tags[0],
      method: method.toUpperCase(),
      path,
      security: operation.security.flatMap((requirement) =>
        Object.entries(requirement).map(([scheme, permissions]) => ({ scheme, permissions })),
      ),
      query: query.map(({ name }) => name),
      headers: parametersOf(contract, item, operation)
        .filter((parameter) => parameter.in === 'header')
        .map(({ name }) => name),
      secretQuery: query.filter((parameter) => parameter['x-audience'] === 'secret').map(({ name }) => name),
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
    });
  });
  return (
    `export const versions = ${JSON.stringify(contract.components.schemas.Version.enum)} as const;\n\n` +
    `export const permissions = ${JSON.stringify(permissionsOf(contract))} as const;\n\n` +
    `export const operationTable = [\n${rows.map((row) => `  ${row},\n`).join('')}] as const;\n\n` +
    "export type OperationId = (typeof operationTable)[number]['operationId'];\n" +
    'export type Permission = (typeof permissions)[number];\n'
  );
}

/** Whether something in it is marked `x-shown-once`. Response schemas do not contain themselves (lint: finite-responses). */
function isShownOnce(contract: Contract, node: Schema): boolean {
  const schema = resolve(contract, node);
  if (node['x-shown-once'] || schema['x-shown-once']) return true;
  const inner = [...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : [])];
  return inner.some((one) => isShownOnce(contract, one));
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
