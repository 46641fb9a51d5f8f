// Rules for fields and query parameters that are available to secret keys only.
import { type Contract, parametersOf, resolve, type Schema, schemasWithin } from '../../src/contract/document.ts';
import { bodiesOf, operationsAt } from './bodies.ts';
import type { Problem } from './rule.ts';
import { everySchema } from './schemas.ts';

/** A property marked `x-audience: secret` is never required, because publishable keys do not receive it. */
export function* secretsOptional(contract: Contract): Generator<Problem> {
  for (const { schema, at } of everySchema(contract))
    for (const name of secretsOf(contract, schema))
      if ((schema.required as string[] | undefined)?.includes(name))
        yield { at: [...at, 'required'], message: `${name} has x-audience: secret and must not be required.` };
}

/** A query parameter with the name of a secret property in a success response of the operation is marked too. */
export function* secretFilters(contract: Contract): Generator<Problem> {
  const secrets = new Map<string, Set<string>>();
  for (const { owner, status, media } of bodiesOf(contract))
    if (status.startsWith('2')) {
      const { operationId } = owner.operation;
      const found = [...schemasWithin(contract, media.schema)].flatMap((schema) => secretsOf(contract, schema));
      secrets.set(operationId, new Set([...(secrets.get(operationId) ?? []), ...found]));
    }
  for (const { operation, item, at } of operationsAt(contract))
    for (const parameter of parametersOf(contract, item, operation))
      if (
        parameter.in === 'query' &&
        parameter['x-audience'] !== 'secret' &&
        secrets.get(operation.operationId)?.has(parameter.name)
      )
        yield { at, message: `${parameter.name} filters by a secret field and must have x-audience: secret.` };
}

/** The only value of `x-audience` is `secret`. `x-secret-when` names a boolean property that is itself secret. */
export function* audienceMarks(contract: Contract): Generator<Problem> {
  for (const { schema, at } of everySchema(contract)) {
    if ((schema['x-audience'] ?? 'secret') !== 'secret')
      yield { at: [...at, 'x-audience'], message: 'x-audience must be secret or absent.' };
    const flag = schema['x-secret-when'];
    if (flag === undefined) continue;
    const property = schema.properties?.[flag];
    if (!property || resolve(contract, property).type !== 'boolean' || !secretsOf(contract, schema).includes(flag))
      yield { at: [...at, 'x-secret-when'], message: `${flag} must be a boolean property with x-audience: secret.` };
  }
  for (const { operation, item, at } of operationsAt(contract))
    for (const parameter of parametersOf(contract, item, operation))
      if ((parameter['x-audience'] ?? 'secret') !== 'secret')
        yield { at, message: `x-audience of the parameter ${parameter.name} must be secret or absent.` };
}

/** The mark is beside a `$ref` or in the schema that the `$ref` points to. */
const secretsOf = (contract: Contract, { properties = {} }: Schema): string[] =>
  Object.entries(properties)
    .filter(([, one]) => (one['x-audience'] ?? resolve(contract, one)['x-audience']) === 'secret')
    .map(([name]) => name);
