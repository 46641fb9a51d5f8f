// Explains why a request is invalid. The guard only decides that it is. The explanation comes from a separate ajv, so that it does
// not depend on the guard's implementation. Nothing here runs for a valid request.
import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Request } from 'express';
import {
  type Contract,
  type Parameter,
  parametersOf,
  resolve as resolveIn,
  type Schema,
} from '../contract/document.ts';
import { later } from '../contract/later.ts';
import { isCommaList, wireParameters } from '../contract/queries.ts';
import { createValidators } from '../contract/validators.ts';
import { branchFor, requiredAlone } from './branches.ts';
import { numberOf, queryOf } from './parameters.ts';
import { Problem } from './problem.ts';
import type { Operation } from './router.ts';
import { type Fault, problemOf } from './sentences.ts';
import { type Resolve, typesOf } from './words.ts';

/** Returns the error for an invalid request: its first fault, in the order path, query, headers, body. */
export type Explain = (req: Request) => Problem;
type FaultIn = (schema: Schema, value: unknown, path?: string[]) => Fault | undefined;

/** @param loadContract is called on first use */
export function createExplain(loadContract: () => Contract): Explain {
  const parts = later(() => {
    const contract = loadContract();
    const resolve: Resolve = (schema) =>
      schema.$ref ? resolve(resolveIn(contract, { ...schema, $ref: schema.$ref.replace(/^contract/, '') })) : schema;
    return { contract, resolve, faultIn: createFaultFinder(contract, resolve) };
  });
  return (req) => {
    const { contract, resolve, faultIn } = parts();
    const fault = firstFault(contract, resolve, faultIn, req);
    return fault ? problemOf(fault, resolve) : new Problem('parameter_invalid');
  };
}

function firstFault(contract: Contract, resolve: Resolve, faultIn: FaultIn, req: Request): Fault | undefined {
  const { operation, params, sent } = req.context;
  const query = queryOf(req);
  const inContract = declared(contract, operation);
  const given = {
    path: (name: string) => params[name],
    query: (name: string) => (Object.hasOwn(query, name) ? query[name] : undefined),
    header: (name: string) => req.get(name),
  };
  for (const place of ['path', 'query', 'header'] as const) {
    const unknown = place === 'query' && Object.keys(query).find((name) => !operation.query.includes(name));
    if (unknown !== undefined && unknown !== false) return plainFault('unknownParameter', [unknown]);
    for (const parameter of inContract.parameters.filter((one) => one.in === place)) {
      const fault = faultOfParameter(parameter, given[place](parameter.name), resolve, faultIn);
      if (fault) return fault;
    }
  }
  const media = inContract.requestBody?.content[req.headers['content-type'] ?? ''];
  return media && sent && faultIn(media.schema, sent());
}

function declared(contract: Contract, { path, method }: Operation) {
  const item = contract.paths[path] ?? {};
  const operation = item[method.toLowerCase() as 'get'];
  if (!operation) throw new Error(`the contract has no ${method} ${path}`);
  return {
    parameters: wireParameters(contract, parametersOf(contract, item, operation)),
    requestBody: operation.requestBody,
  };
}

function faultOfParameter(
  parameter: Parameter,
  given: string | string[] | undefined,
  resolve: Resolve,
  faultIn: FaultIn,
): Fault | undefined {
  const { name, required, schema } = parameter;
  if (given === undefined) return required ? plainFault('required', [], { missingProperty: name }) : undefined;
  const types = typesOf(resolve(schema));
  if (types.includes('array')) {
    const items = (resolve(schema).items ?? {}) as Schema;
    if (isCommaList(parameter) && Array.isArray(given)) return plainFault('repeated', [name]);
    const texts = isCommaList(parameter) ? String(given).split(',') : [given].flat();
    return faultIn(
      schema,
      texts.map((one) => read(one, typesOf(resolve(items)))),
      [name],
    );
  }
  if (Array.isArray(given)) return plainFault('repeated', [name]);
  return faultIn(schema, read(given, types), [name]);
}

/** Converts a text to the first of these types that it fits. Otherwise returns the text. */
function read(text: string, types: string[]): unknown {
  for (const type of ['integer', 'number'] as const) if (types.includes(type)) return numberOf(text, type) ?? text;
  return types.includes('boolean') && /^(true|false)$/.test(text) ? text === 'true' : text;
}

const plainFault = (keyword: string, path: string[], params: Fault['params'] = {}): Fault => ({
  keyword,
  path,
  schema: {},
  expected: undefined,
  value: undefined,
  params,
});

function createFaultFinder(contract: Contract, resolve: Resolve): FaultIn {
  const validatorOf = createValidators(contract.components.schemas, { verbose: true, inlineRefs: false });
  return faultIn;

  function faultIn(schema: Schema, value: unknown, path: string[] = []): Fault | undefined {
    const check = validatorOf(schema);
    if (check(value)) return undefined;
    const errors = check.errors as ErrorObject[]; // set when the check fails
    const last = errors.at(-1) as ErrorObject; // the outermost error: those of a union's branches come before it
    const error = last.keyword === 'if' ? (errors.at(-2) as ErrorObject) : last;
    const fault = faultOf(error, path);
    return error.keyword === 'anyOf' || error.keyword === 'oneOf' ? inUnion(fault) : fault;
  }

  /** The fault in the branch that fits the value best, or the fault of the union itself. */
  function inUnion(fault: Fault): Fault {
    const { schema, value, path, params } = fault;
    const branches = fault.expected as Schema[];
    const passing = params.passingSchemas as number[] | null | undefined;
    if (passing)
      return inSeveral(
        fault,
        passing.map((index) => resolve(branches[index] as Schema)),
      );
    const meant = branchFor(schema, branches, value, resolve);
    switch (meant.kind) {
      case 'branch':
        return faultIn(meant.branch, value, path) ?? fault;
      case 'missing':
        return plainFault('required', path, { missingProperty: meant.name });
      case 'value':
        return { ...plainFault('enum', [...path, meant.name]), schema: meant.schema };
      case 'alternatives':
        return plainFault('alternatives', path, { names: meant.names });
      default:
        return fault;
    }
  }
}

function inSeveral({ path }: Fault, passing: Schema[]): Fault {
  const [first, second] = passing.flatMap(requiredAlone);
  return first !== undefined && second !== undefined
    ? plainFault('exclusive', path, { first, second })
    : plainFault('ambiguous', path);
}

function faultOf(error: ErrorObject, path: string[]): Fault {
  const { keyword, instancePath, schemaPath, schema, parentSchema, data, params } = error;
  const because = /\/dependentSchemas\/([^/]+)\/properties\/[^/]+\/false schema$/.exec(schemaPath)?.[1];
  return {
    keyword,
    path: [...path, ...partsOf(instancePath)],
    schema: (parentSchema ?? {}) as Schema,
    expected: schema,
    value: data,
    params,
    because: because && unescaped(decodeURIComponent(because)),
  };
}

const partsOf = (pointer: string): string[] => pointer.split('/').slice(1).map(unescaped);
const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');
