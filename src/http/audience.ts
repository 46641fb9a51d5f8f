// Who may see what: the contract's `x-audience: secret` and `x-secret-when`, applied to every answer in one place.
import { type Contract, resolve, type Schema } from '../contract/document.ts';
import { Problem } from './problem.ts';
import type { Operation } from './router.ts';

type Cut = (value: unknown) => unknown;
/** Takes out of an answer what only secret keys may see. */
export type Audience = (operation: Operation, content: object) => object;

export function createAudience(contract: Contract, operations: readonly Operation[]): Audience {
  const known = new Map<Schema, Cut | undefined>();
  const cuts = new Map(
    operations.map((operation) => [operation.operationId, cutOf(successSchema(contract, operation))]),
  );
  return ({ operationId }, content) => (cuts.get(operationId)?.(content) as object | undefined) ?? content;

  /** Undefined where nothing has to be taken out, which is most of the tree. */
  function cutOf(node: Schema): Cut | undefined {
    const schema = resolve(contract, node);
    if (known.has(schema)) return known.get(schema);
    known.set(schema, undefined); // a schema inside itself hides nothing more
    const cut = schema.items ? cutOfArray(schema.items) : schema.properties ? cutOfObject(schema) : undefined;
    known.set(schema, cut);
    return cut;
  }

  function cutOfArray(items: Schema): Cut | undefined {
    const cut = cutOf(items);
    const flag = resolve(contract, items)['x-secret-when'];
    if (!cut && !flag) return undefined;
    return (value) =>
      Array.isArray(value)
        ? value.filter((one) => !flag || one?.[flag] !== true).map((one) => (cut ? cut(one) : one))
        : value;
  }

  function cutOfObject({ properties = {}, 'x-secret-when': flag }: Schema): Cut | undefined {
    const secret = new Set(Object.keys(properties).filter((name) => isSecret(contract, properties[name] as Schema)));
    const inner = new Map(
      Object.entries(properties).flatMap(([name, schema]) => {
        const cut = cutOf(schema);
        return cut && !secret.has(name) ? [[name, cut]] : [];
      }),
    );
    if (secret.size === 0 && inner.size === 0) return undefined;
    return (value) => {
      if (typeof value !== 'object' || value === null) return value;
      if (flag && (value as Record<string, unknown>)[flag] === true) throw new Problem('resource_missing');
      return Object.fromEntries(
        Object.entries(value).flatMap(([name, one]) =>
          secret.has(name) ? [] : [[name, inner.get(name)?.(one) ?? one]],
        ),
      );
    };
  }
}

/** The mark stands beside a `$ref` or in the schema that it points to. */
export const isSecret = (contract: Contract, property: Schema): boolean =>
  (property['x-audience'] ?? resolve(contract, property)['x-audience']) === 'secret';

/** The schema of an operation's 2xx body. */
export function successSchema(contract: Contract, { path, method, successStatus }: Operation): Schema {
  const response = contract.paths[path]?.[method.toLowerCase() as 'get']?.responses[successStatus];
  const schema = response && resolve(contract, response).content?.['application/json']?.schema;
  if (!schema) throw new Error(`${method} ${path} has no JSON body for ${successStatus}`);
  return schema;
}
