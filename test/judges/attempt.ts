// A request as data, which can be judged, mutated and sent, and one valid request per operation, made from the examples
// of the contract.
import { request } from 'node:http';
import { follow, type Node, operations } from '../support/judge.ts';

export type Attempt = {
  operation: Node;
  /** Decoded. */
  path: Record<string, string>;
  query: [name: string, value: string][];
  version: string | undefined;
  /** Replacements for the examples of required parameters. Undefined omits the parameter. */
  headers?: Record<string, string | undefined>;
  /** Undefined if no body is sent. */
  body: unknown;
};
/** The operations whose body, if there is one, is JSON. */
export const jsonOperations = operations.filter(
  ({ requestBody }) => !requestBody || follow(requestBody).content['application/json'],
);
export type Outcome = { status: number; headers: Headers; body: any };

/**
 * Every example of the body with the examples of the parameters. Each query parameter is used alone once, and all but
 * `cursor` together.
 */
export function goodAttempts(operation: Node): Attempt[] {
  const of = (place: string): Node[] => operation.parameters.filter((one: Node) => one.in === place);
  const path = Object.fromEntries(of('path').map(({ name, example }) => [name, example]));
  const query = of('query').map(({ name, example }): [string, string] => [name, String(example)]);
  const media = follow(operation.requestBody)?.content['application/json'];
  const bodies = Object.values<Node>(media?.examples ?? {}).map((example) => follow(example).value);
  const good = { operation, path, query: [], version: undefined };
  return [
    ...(bodies.length > 0 ? bodies : [undefined]).map((body) => ({ ...good, body })),
    ...[query.filter(([name]) => name !== 'cursor'), ...query.map((one) => [one])]
      .filter((some) => some.length > 0)
      .map((some) => ({ ...good, query: some, body: bodies[0] })),
  ];
}

/** The HTTP client of Node keeps path and query unchanged, which `fetch` would normalize. */
export function send(
  url: string,
  key: string,
  { operation, path, query, version, headers, body }: Attempt,
): Promise<Outcome> {
  const at = operation.path.replaceAll(/\{(\w+)\}/g, (_: string, name: string) => encodeURIComponent(path[name] ?? ''));
  const search = query.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    request(
      {
        port: new URL(url).port,
        path: `${at}${search && `?${search}`}`,
        method: operation.method.toUpperCase(),
        headers: {
          Authorization: `Bearer ${key}`,
          ...defined({ ...requiredHeaders(operation), ...headers }),
          ...(version !== undefined && { 'CStar-Version': version }),
          ...(text !== undefined && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('end', () =>
            resolve({
              status: response.statusCode as number, // always set on a response
              headers: new Headers(response.headers as Record<string, string>),
              body: contentOf(response.headers['content-type'], Buffer.concat(chunks).toString()),
            }),
          );
      },
    )
      .on('error', reject)
      .end(text);
  });
}

const contentOf = (mediaType = '', text: string): unknown =>
  mediaType.startsWith('application/json') ? JSON.parse(text) : text;

const defined = (headers: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined));

/** With the examples of the contract. */
export const requiredHeaders = ({ parameters }: Node): Record<string, string> =>
  Object.fromEntries(
    parameters
      .filter((one: Node) => one.in === 'header' && one.required)
      .map(({ name, example }: Node) => [name, example]),
  );
