// Whether the contract allows a request, according to a separate ajv 2020 that shares no code with the front.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { contract, follow, type Node, rooted } from '../support/judge.ts';
import { type Attempt, requiredHeaders } from './attempt.ts';

const ajv = new Ajv2020({ strict: false });
(formats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema(contract, 'contract');
const compiled = new Map<Node, ValidateFunction>();

/** The fault in the request. Undefined if the contract allows it. */
export function faultOf({ operation, path, query, version, headers, body }: Attempt): string | undefined {
  const parameters: Node[] = operation.parameters;
  const given: Record<string, string[]> = Object.fromEntries([
    ...Object.entries(path).map(([name, value]) => [`path ${name}`, [value]]),
    ...Object.entries(Object.groupBy(query, ([name]) => name)).map(([name, pairs = []]) => [
      `query ${name}`,
      pairs.map(([, value]) => value),
    ]),
    ...Object.entries({ ...requiredHeaders(operation), ...headers })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [`header ${name}`, [value?.trim()]]), // HTTP ignores blanks around a value
    ...(version === undefined ? [] : [['header CStar-Version', [version.trim()]]]),
  ]);
  const known = new Set(parameters.map((one) => `${one.in} ${one.name}`));
  const unknown = Object.keys(given).find((name) => !known.has(name));
  if (unknown !== undefined) return `${unknown} is unknown`;
  for (const parameter of parameters) {
    const name = `${parameter.in} ${parameter.name}`;
    const fault = faultOfParameter(parameter, given[name]);
    if (fault) return `${name} ${fault}`;
  }
  return faultOfBody(operation, body);
}

/** Style `form` with `explode`: one value for each occurrence of the name. */
function faultOfParameter({ schema, required }: Node, values: string[] | undefined): string | undefined {
  if (values === undefined) return required ? 'is missing' : undefined;
  const resolved = follow(schema);
  if (resolved.type === 'array') return faultBy(schema, values);
  return values.length > 1 ? 'is given twice' : faultBy(schema, read(values[0] as string, resolved.type)); // one exists
}

/**
 * A number in a URL consists of an optional minus and digits. Only a number that is not an integer can have a fraction.
 */
const read = (text: string, type: unknown): unknown =>
  (type === 'integer' && /^-?\d+$/.test(text)) || (type === 'number' && /^-?\d+(\.\d+)?$/.test(text))
    ? Number(text)
    : text;

function faultOfBody(operation: Node, body: unknown): string | undefined {
  const requestBody = follow(operation.requestBody);
  if (!requestBody) return undefined; // content sent anyway has no meaning (RFC 9110, section 9.3.1)
  if (body === undefined) return requestBody.required ? 'the body is missing' : undefined;
  return faultBy(requestBody.content['application/json'].schema, JSON.parse(JSON.stringify(body)));
}

function faultBy(schema: Node, value: unknown): string | undefined {
  const check = compiled.get(schema) ?? ajv.compile(rooted(schema));
  compiled.set(schema, check);
  return check(value) ? undefined : ajv.errorsText(check.errors);
}
