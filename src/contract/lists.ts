// The lists in the guides, derived from the completed contract, as Markdown.
import { type Contract, type Operation, operationsOf, parametersOf, resolve, type Schema } from './document.ts';
import { responseHeadersOf } from './headers.ts';

type List = (contract: Contract) => string;

/** The lists, by the name in the placeholder. */
export const lists: Record<string, List> = {
  errorCodes: ({ components: { schemas } }) =>
    table(
      ['Status', 'Code', 'Title'],
      Object.entries(schemas.ErrorCode['x-errors']).map(([name, { status, title }]) => [
        String(status),
        code(name),
        title,
      ]),
    ),

  errorFields: (contract) => {
    const fields = contract.components.schemas.Error?.properties?.error?.properties ?? {};
    return table(['Field', 'Description'], describedRows(fields, contract));
  },

  errorTypes: ({ components: { schemas } }) => {
    const { enum: types, 'x-enumDescriptions': advice } = schemas.ErrorType as EnumSchema;
    const entries = Object.values(schemas.ErrorCode['x-errors']);
    return table(
      ['Type', 'Status', 'What to do'],
      types.map((type) => {
        const statuses = entries.filter((entry) => entry.type === type).map(({ status }) => String(status));
        return [code(type), unique(statuses).sort().join(', '), advice?.[type] ?? ''];
      }),
    );
  },

  eventTypes: ({ webhooks = {} }) =>
    table(
      ['Type', 'Description'],
      Object.entries(webhooks).map(([type, { post }]) => [code(type), post?.description ?? '']),
    ),

  idempotentOperations: (contract) =>
    table(
      ['Operation', 'Endpoint'],
      [...operationsOf(contract)]
        .filter(({ item, operation }) =>
          parametersOf(contract, item, operation).some(({ name }) => name === 'Idempotency-Key'),
        )
        .map(({ method, path, operation }) => [operation.summary, code(`${method.toUpperCase()} ${path}`)]),
    ),

  idPrefixes: ({ components: { schemas } }) => {
    const ids = Object.entries<Schema>(schemas).flatMap(([name, schema]): [string, Schema][] => {
      const prefixes = [...String(schema.pattern ?? '').matchAll(/([a-z]{3,5}_)\[0-9A-Za-z\]/g)];
      return /(Id|Reference)$/.test(name) && prefixes.length === 1 ? [[prefixes[0]?.[1] as string, schema]] : [];
    });
    return table(
      ['Resource', 'Prefix', 'Example'],
      [...new Map(ids)]
        .map(([prefix, { description = '', examples }]) => [
          capitalized(/ of an? ([^.]+)/.exec(description)?.[1] ?? description),
          code(prefix),
          code(String((examples as string[])[0])),
        ])
        .sort(([one = ''], [other = '']) => one.localeCompare(other)),
    );
  },

  keyPrefixes: (contract) => {
    const { schemas, securitySchemes } = contract.components;
    const { enum: prefixes } = schemas.ApiKeyPrefix as EnumSchema;
    const { enum: environments } = schemas.Environment as EnumSchema;
    return table(
      ['Prefix', 'Type', 'Environment', 'Access', 'Rate limit'],
      prefixes.map((prefix) => {
        const [scheme = ''] =
          Object.entries(securitySchemes).find(([, one]) => one.bearerFormat.includes(prefix)) ?? [];
        const type = scheme.replace(/Key$/, '');
        const writes = [...operationsOf(contract)].some(
          ({ method, operation }) => method !== 'get' && schemesOf(operation).includes(scheme),
        );
        const environment = environments.find((one) => prefix.includes(one)) ?? '';
        const access = writes ? 'Read and write' : 'Read only';
        return [code(prefix), capitalized(type), capitalized(environment), access, rate(contract, type)];
      }),
    );
  },

  limitHeaders: (contract) => {
    const { headers } = contract.components;
    const names = Object.keys(headers).filter((name) => /^X-RateLimit-[^.]+$/.test(name));
    return table(
      ['Header', 'Description'],
      names.map((name) => [code(name), headers[name]?.description ?? '']),
    );
  },

  permissions: (contract) => {
    const byPermission = Map.groupBy(
      [...operationsOf(contract)].flatMap(({ operation }) =>
        operation.security.flatMap((requirement) =>
          Object.entries(requirement).flatMap(([scheme, permissions]) =>
            permissions.map((permission) => ({ permission, scheme, summary: operation.summary })),
          ),
        ),
      ),
      ({ permission }) => permission,
    );
    return table(
      ['Permission', 'Key types', 'Required by'],
      [...byPermission].map(([permission, uses]) => [
        code(permission),
        capitalized(unique(uses.map(({ scheme }) => scheme.replace(/Key$/, ''))).join(', ')),
        unique(uses.map(({ summary }) => summary)).join(', '),
      ]),
    );
  },

  rateLimits: (contract) =>
    table(
      ['Requests', 'Limit'],
      Object.entries(contract.info['x-rate-limits']).map(([kind, { description }]) => [
        description,
        rate(contract, kind),
      ]),
    ),

  readableHeaders: (contract) => responseHeadersOf(contract).map(code).join(', '),

  restrictions: (contract) => {
    const { properties = {} } = contract.components.schemas.Restrictions ?? {};
    return table(
      ['Field', 'Description', 'Examples'],
      Object.entries(properties).map(([name, { description = '', items = {} }]) => [
        code(name),
        description,
        ((resolve(contract, items).examples as string[] | undefined) ?? []).map(code).join(', '),
      ]),
    );
  },

  secretFields: ({ components: { schemas } }) => {
    const rows = Object.entries<Schema>(schemas).flatMap(([name, { properties = {} }]) => {
      const secret = Object.entries(properties).filter(([, field]) => field['x-audience'] === 'secret');
      return secret.length > 0 ? [[name, secret.map(([field]) => code(field)).join(', ')]] : [];
    });
    return table(['Resource', 'Fields for secret keys only'], rows);
  },

  secretFilters: (contract) =>
    table(
      ['Operation', 'Parameters for secret keys only'],
      [...operationsOf(contract)].flatMap(({ item, operation }) => {
        const secret = parametersOf(contract, item, operation).filter((one) => one['x-audience'] === 'secret');
        return secret.length > 0 ? [[operation.summary, secret.map(({ name }) => code(name)).join(', ')]] : [];
      }),
    ),

  versions: ({ components: { schemas } }) => schemas.Version.enum.map(code).join(', '),
};

type EnumSchema = { enum: string[]; 'x-enumDescriptions'?: Record<string, string> };

const code = (text: string): string => `\`${text}\``;
const unique = (texts: string[]): string[] => [...new Set(texts)];
const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const schemesOf = ({ security }: Operation): string[] => security.flatMap((requirement) => Object.keys(requirement));

const describedRows = (fields: Record<string, Schema>, contract: Contract): string[][] =>
  Object.entries(fields).map(([name, field]) => [
    code(name),
    field.description ?? resolve(contract, field).description ?? '',
  ]);

function rate({ info }: Contract, kind: string): string {
  const limit = info['x-rate-limits'][kind];
  if (!limit) throw new Error(`x-rate-limits has no entry for ${kind}`);
  const { requests, windowSeconds } = limit;
  const window = { 60: 'minute', 3600: 'hour' }[windowSeconds] ?? `${windowSeconds} seconds`;
  return `${requests.toLocaleString('en-US')} requests per ${window}`;
}

/** A Markdown table. Each cell is one line. */
function table(head: string[], rows: string[][]): string {
  const oneLine = (cell: string) =>
    cell
      .trim()
      .replaceAll(/\s*\n\s*/g, ' ')
      .replaceAll('|', '\\|');
  const line = (cells: string[]) => `| ${cells.map(oneLine).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
