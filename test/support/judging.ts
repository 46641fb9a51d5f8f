// A judge of responses that shares no code with the front: it validates with its own ajv and finds the operation itself.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

export type Node = Record<string, any>;
export type Verdict = { operationId: string; status: number; code: string | undefined; problems: string[] };
/** The verdict on a response. `problems` is empty if it conforms to the contract. `body` is parsed JSON, or a text. */
type Judge = (method: string, url: string, status: number, received: Headers, body: any) => Verdict;

const options = { strict: false, allErrors: true } as const;

export function createJudge(contract: Node): { operations: Node[]; judge: Judge; follow: (node: Node) => Node } {
  const operations: Node[] = Object.entries<Node>(contract.paths).flatMap(([path, item]) =>
    ['get', 'put', 'post', 'patch', 'delete'].flatMap((method) =>
      item[method]
        ? [
            {
              ...item[method],
              parameters: [...(item.parameters ?? []), ...item[method].parameters].map(follow),
              path,
              alias: item['x-alias'],
              method,
            },
          ]
        : [],
    ),
  );
  const patterns = operations.map((operation) => ({ operation, pattern: patternOf(operation) }));
  const bodies = withContract(new Ajv2020(options), closed(contract));
  const headers = withContract(new Ajv2020({ ...options, coerceTypes: true }), contract);
  const compiled = new Map<string, ValidateFunction>();
  return { operations, judge, follow };

  function judge(method: string, url: string, status: number, received: Headers, body: any): Verdict {
    const { pathname } = new URL(url);
    const wanted = method === 'HEAD' ? 'get' : method.toLowerCase();
    const operation = isDecodable(pathname)
      ? patterns
          .filter((one) => one.operation.method === wanted && one.pattern.test(pathname))
          .sort((a, b) => a.operation.path.split('{').length - b.operation.path.split('{').length)[0]?.operation
      : undefined;
    const code: string | undefined = body?.error?.code;
    if (!operation) return { operationId: 'none', status, code, problems: outside(status, code, received, body) };

    const response = follow(operation.responses[status]);
    if (!response)
      return { operationId: operation.operationId, status, code, problems: [`status ${status} is not declared`] };
    const at = pointer('paths', operation.path, operation.method, 'responses', String(status));
    const problems = [
      ...bodyProblems(operation, status, response, received, body),
      ...Object.entries<Node>(response.headers).flatMap(([name, header]) =>
        headerProblems(name, follow(header), received.get(name), at),
      ),
      ...(code && !(code in response.content['application/json'].examples)
        ? [`code ${code} is not declared for ${status}`]
        : []),
    ];
    return { operationId: operation.operationId, status, code, problems };
  }

  function bodyProblems(operation: Node, status: number, response: Node, received: Headers, body: any): string[] {
    const mediaType = received.get('Content-Type')?.split(';')[0];
    if (!response.content) return mediaType || body ? [`a body of type ${mediaType}, and none is declared`] : [];
    const media = response.content[mediaType ?? ''];
    if (!media) return [`a body of type ${mediaType} is not declared`];
    const { $ref } = operation.responses[status];
    const place = $ref ?? pointer('paths', operation.path, operation.method, 'responses', String(status));
    const at = `${place}/content/${escaped(mediaType ?? '')}`;
    if (media.schema.format === 'binary') return [];
    if (!media['x-item']) return validate(bodies, `${at}/schema`, body, 'body');
    return itemsOf(mediaType, body).flatMap((item) => validate(bodies, `${at}/x-item`, item, 'an item'));
  }

  /** `route_not_found` and `method_not_allowed` belong to no operation. */
  function outside(status: number, code: string | undefined, received: Headers, body: unknown): string[] {
    const expected: Record<number, string> = { 404: 'route_not_found', 405: 'method_not_allowed' };
    return [
      ...validate(bodies, '#/components/schemas/Error', body, 'body'),
      ...['CStar-Version', 'X-Request-Id'].flatMap((name) =>
        headerProblems(name, contract.components.headers[name], received.get(name), '#/components/headers'),
      ),
      ...(status === 405 && !received.has('Allow') ? ['header Allow is missing'] : []),
      ...(code !== undefined && expected[status] === code ? [] : [`${status} ${code} outside of every operation`]),
    ];
  }

  function headerProblems(name: string, header: Node, value: string | null, at: string): string[] {
    if (value === null) return header.required ? [`header ${name} is missing`] : [];
    return validate(headers, `${at}/${name}`, { value }, `header ${name}`, {
      type: 'object',
      properties: { value: rooted(header.schema) },
    });
  }

  function validate(
    ajv: Ajv2020,
    ref: string,
    value: unknown,
    what: string,
    schema: object = { $ref: `contract${ref}` },
  ): string[] {
    const key = `${what} ${ref}`;
    const check = compiled.get(key) ?? ajv.compile(schema);
    compiled.set(key, check);
    return check(value) ? [] : [`${what} ${ajv.errorsText(check.errors)}`];
  }

  function follow(node: Node): Node {
    return node?.$ref
      ? follow(
          node.$ref
            .slice(2)
            .split('/')
            .reduce((at: Node, key: string) => at[key], contract),
        )
      : node;
  }
}

const patternOf = ({ path, alias }: Node): RegExp =>
  new RegExp(
    `^(${[path, alias ?? []]
      .flat()
      .join('|')
      .replaceAll(/\{\w+\}/g, '[^/]+')})$`,
  );

/** The complete items of a text. Those of CSV are not parsed. */
function itemsOf(mediaType: string | undefined, text: string): unknown[] {
  if (mediaType === 'application/x-ndjson')
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  if (mediaType !== 'text/event-stream') return [];
  const events = text.split('\n\n').filter((event) => event.includes('data: '));
  return events.map((event) => ({
    ...Object.fromEntries(event.split('\n').map((line) => line.split(/: (.*)/s, 2))),
    data: JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? 'null'),
  }));
}

/** A malformed percent sequence matches no path of the contract. */
function isDecodable(pathname: string): boolean {
  try {
    return decodeURIComponent(pathname).length > 0;
  } catch {
    return false;
  }
}

const escaped = (key: string): string => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
const pointer = (...keys: string[]): string => `#/${keys.map(escaped).join('/')}`;
/** A schema outside the document with references into it. */
export const rooted = (schema: Node): Node =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#', '"$ref":"contract#'));

function withContract(ajv: Ajv2020, document: object): Ajv2020 {
  (formats as unknown as (ajv: Ajv2020) => void)(ajv);
  return ajv.addSchema(document, 'contract');
}

/** Responses are open for clients. For tests they are closed, and `x-always` is enforced. */
function closed(node: any): any {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  if ('x-always' in copy) copy.const = copy['x-always'];
  return [copy.type].flat().includes('object') && copy.properties && copy.additionalProperties === undefined
    ? { ...copy, additionalProperties: false }
    : copy;
}
