// One valid request per operation, made from the examples of the contract and the demo data. Tests plant faults in
// copies of it.

import { collections } from '../laws/collections.ts';
import { type Backend, backends, clientOf, judgedFetch, keys, team } from '../support/client.ts';
import { follow, type Node } from '../support/judge.ts';
import { signatureOf } from '../support/partner.ts';
import { inContract, jsonOf, type TableEntry, written } from '../support/table.ts';
import { liveArticles } from './demo.ts';

export type Draft = {
  method: string;
  template: string;
  path: Record<string, string>;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string | undefined;
};

/** The demo has no events, but a new ticket leaves one. */
async function someEventId(): Promise<string> {
  const [server] = backends;
  const params = { path: { teamId: team.id } };
  const { data } = await clientOf(server).GET('/api/v1/teams/{teamId}/events', { params });
  return data?.data[0]?.id as string; // it now exists
}

/** The user of the demo keys. */
async function someUserId(): Promise<string> {
  const { data } = await clientOf(backends[0]).GET('/api/v1/me');
  return data?.id as string; // the key is a secret key
}

const pathValues: Record<string, string> = {
  teamId: team.id,
  userId: await someUserId(),
  team: team.slug,
  slug: liveArticles[0]?.slug as string, // the demo has eight
};
// Items that no other test uses, because some requests change them.
for (const { create, parameter } of collections)
  if (create && parameter) {
    const response = await sendDraft(backends[0], goodRequest(create));
    pathValues[parameter] = ((await response.json()) as Node).data?.id ?? 'not_implemented';
  }
pathValues.eventId = await someEventId();

/** The JSON of a response, or an empty object for another kind. */
export async function contentOf(response: Response): Promise<Node> {
  return response.headers.get('Content-Type')?.startsWith('application/json') ? ((await response.json()) as Node) : {};
}

export const entryOf = (operationId: string): TableEntry =>
  written.find((one) => one.operationId === operationId) as TableEntry; // callers name operations of the table
/** The schema of an operation's body, if it has one. */
export function bodySchemaOf(operation: TableEntry): Node | undefined {
  const [media] = Object.values<Node>(inContract(operation).requestBody?.content ?? {});
  return media && follow(media.schema);
}
const admits = (pattern: string | undefined): boolean =>
  pattern === undefined || ['Another text', 'ä'].every((text) => new RegExp(pattern, 'u').test(text));

/** The texts of a body that can contain any letters, each with its maximum length. */
export const freeTexts = (operation: TableEntry): [string, number][] =>
  Object.entries<Node>(bodySchemaOf(operation)?.properties ?? {}).flatMap(([field, given]): [string, number][] => {
    const { type, maxLength, pattern, enum: values, format } = follow(given);
    return [type].flat().includes('string') && maxLength && admits(pattern) && !values && !format
      ? [[field, maxLength]]
      : [];
  });
/** The success example of the operation, without the envelope. */
export function exampleContent(operation: TableEntry): Record<string, any> {
  const { examples } = jsonOf(operation) as Node; // callers name operations with JSON
  const body = structuredClone(follow(Object.values<Node>(examples)[0] as Node).value);
  if (!operation.hasEnvelope) return body;
  const { success: _, meta: __, ...content } = body;
  return content;
}
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

/** A request that passes every check of the front, with a secret test key if the operation requires one. */
export function goodRequest(operation: TableEntry): Draft {
  const [[mediaType, media] = []] = Object.entries<Node>(inContract(operation).requestBody?.content ?? {});
  const [example] = Object.values<Node>(media?.examples ?? {}).map(follow);
  const write =
    mediaType === 'application/json' ? JSON.stringify : (fields: any) => new URLSearchParams(fields).toString();
  return {
    method: operation.method,
    template: operation.path,
    path: pathValues,
    query: {},
    headers: {
      ...(operation.security.length > 0 && { authorization: `Bearer ${keys.secretTest}` }),
      ...(mediaType && { 'content-type': mediaType }),
      ...(operation.operationId === 'reportLeakedKeys' && signatureOf(JSON.stringify(example?.value))),
    },
    body: example && write(example.value),
  };
}

export function urlOf({ template, path, query }: Draft): string {
  const asked = new URLSearchParams(query).toString();
  return template.replaceAll(/\{(\w+)\}/g, (_, name) => path[name] ?? '') + (asked && `?${asked}`);
}

export const withHeaders = (draft: Draft, headers: Record<string, string>): Draft => ({
  ...draft,
  headers: { ...draft.headers, ...headers },
});
export const withKey = (draft: Draft, key: string): Draft => withHeaders(draft, { authorization: `Bearer ${key}` });

/** Sends the request unchanged. The response is judged. */
export function sendDraft(backend: Backend, draft: Draft): Promise<Response> {
  const { method, headers } = draft;
  const body = draft.body === undefined ? undefined : new TextEncoder().encode(draft.body); // fetch adds a Content-Type to text
  return judgedFetch(backend)(new Request(backend.url + urlOf(draft), { method, headers, body }));
}
