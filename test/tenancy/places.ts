// Every place of the contract where a request can contain an ID: in the path, the query and the body.
import type { OperationId } from '../../generated/operations.ts';
import { contract, follow, type Node, operations } from '../support/judge.ts';
import { unwritten } from '../support/table.ts';

export type Place = {
  operationId: OperationId;
  at: 'path' | 'query' | 'body';
  /** The parameter, or the path to the field; `*` is an item of a list. */
  path: string[];
  /** The prefix of the IDs. For bare UUIDs, slugs and texts it is the name of the parameter. */
  kind: string;
};

/** IDs in strings of another type, which are found by their names. `expand` names resources that IDs refer to. */
const disguised = ['cursor', 'tag', 'expand'];
export const places: Place[] = operations
  .filter(({ operationId }) => !unwritten.has(operationId))
  .flatMap((operation) => [
    ...operation.parameters.flatMap(({ name, in: at, schema, description }: Node) =>
      at === 'header' ? [] : placesIn({ ...follow(schema), description }, schema, [name], operation.operationId, at),
    ),
    ...bodySchemas(operation).flatMap((schema) => placesIn(follow(schema), schema, [], operation.operationId, 'body')),
  ]);

function bodySchemas(operation: Node): Node[] {
  return Object.values<Node>(operation.requestBody?.content ?? {}).map(({ schema }) => schema);
}

function placesIn(schema: Node, given: Node, path: string[], operationId: OperationId, at: Place['at']): Place[] {
  const name = path.at(-1) ?? '';
  const alternatives = alternativesOf(given);
  const isNamed = alternatives.some((one) => isId(one)) || disguised.includes(name) || speaksOfIds(schema);
  if (isNamed) return [{ operationId, at, path, kind: alternatives.map(prefixOf).find(Boolean) ?? name }];
  return alternatives.flatMap((one) => [
    ...Object.entries<Node>(one.properties ?? {}).flatMap(([field, inner]) =>
      placesIn(follow(inner), inner, [...path, field], operationId, at),
    ),
    ...(one.items ? placesIn(follow(one.items), one.items, [...path, '*'], operationId, at) : []),
  ]);
}

/** A schema and all schemas inside it. */
function alternativesOf(given: Node): Node[] {
  const schema = follow(given);
  const parts: Node[] = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return [schema, ...parts.flatMap(alternativesOf)];
}

/** Where any prefix is valid, the one of the first example. */
function prefixOf({ pattern, examples }: Node): string | undefined {
  if (pattern?.includes('[a-z]{3,5}_')) return examples[0].split('_')[0];
  return /^\^[(]*([a-z]+)(?:\|[a-z]+\))?_\[0-9A-Za-z\]/.exec(pattern ?? '')?.[1];
}

function isId(schema: Node): boolean {
  const takesUuid = schema.format === 'uuid' || /\[0-9A-Fa-f\]\{8\}/.test(schema.pattern ?? '');
  return prefixOf(schema) !== undefined || takesUuid || schema === contract.components.schemas.Slug;
}

/** Finds IDs that are declared as plain strings. */
function speaksOfIds({ type, description }: Node): boolean {
  return type === 'string' && /\b(ids?|uuids?)\b/i.test(description ?? '');
}
