// One good request of each operation, made from the contract's examples and the demo's data; faults are put into copies of it.
import { type OperationId, operationTable } from '../../generated/operations.ts';
import { type Backend, judgedFetch, keys, team } from '../support/client.ts';
import { contract, follow, type Node } from '../support/judge.ts';
import { demoTicket } from './demo.ts';

export type Draft = {
  method: string;
  template: string;
  path: Record<string, string>;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string | undefined;
};
export type TableEntry = (typeof operationTable)[number];

const pathValues: Record<string, string> = {
  teamId: team.id,
  ticketId: demoTicket.id,
  team: team.slug,
  slug: 'how-to-reset-your-password',
};

export const entryOf = (operationId: OperationId): TableEntry =>
  operationTable.find((one) => one.operationId === operationId) as TableEntry; // OperationId is made from the table
/** The operation as it stands in the bundle. */
export const inContract = ({ path, method }: TableEntry): Node => contract.paths[path][method.toLowerCase()];
/** The statuses and codes of the errors that an operation declares. */
export function declaredErrors(operation: TableEntry): { status: number; code: string }[] {
  return Object.entries<Node>(inContract(operation).responses)
    .filter(([status]) => status >= '400')
    .flatMap(([status, response]) =>
      Object.keys(follow(response).content['application/json'].examples).map((code) => ({
        status: Number(status),
        code,
      })),
    );
}

/** A request that every stage of the front lets through, with a secret test key where one is asked for. */
export function goodRequest(operation: TableEntry): Draft {
  const media: Node | undefined = inContract(operation).requestBody?.content['application/json'];
  const [example] = Object.values<Node>(media?.examples ?? {}).map(follow);
  return {
    method: operation.method,
    template: operation.path,
    path: pathValues,
    query: {},
    headers: {
      ...(operation.security.length > 0 && { authorization: `Bearer ${keys.secretTest}` }),
      ...(media && { 'content-type': 'application/json' }),
    },
    body: example && JSON.stringify(example.value),
  };
}

export function urlOf({ template, path, query }: Draft): string {
  const asked = new URLSearchParams(query).toString();
  return template.replaceAll(/\{(\w+)\}/g, (_, name) => path[name] ?? '') + (asked && `?${asked}`);
}

/** Sends it as it stands; the answer is judged. */
export function sendDraft(backend: Backend, draft: Draft): Promise<Response> {
  const { method, headers, body } = draft;
  return judgedFetch(backend)(new Request(backend.url + urlOf(draft), { method, headers, body }));
}
