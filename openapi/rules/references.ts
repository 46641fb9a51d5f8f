// The request guard ignores fields next to `$ref` at the root of a schema. With references of other kinds it returns a 500.
import type { Contract } from '../../src/contract/document.ts';
import { nodesOf } from './nodes.ts';
import type { Problem } from './rule.ts';
import { everySchema, type Standing, schemasUnder } from './schemas.ts';

const component = /^#\/components\/\w+\/[\w.-]+$/;
const scoped = ['$anchor', '$id', '$defs', '$dynamicRef', '$dynamicAnchor'];

/** A reference points to `#/components/<section>/<name>`; `$anchor`, `$id`, `$defs` and `$dynamicRef` are not used. */
export function* componentReferences(contract: Contract): Generator<Problem> {
  for (const { fields, at, isDirectory } of nodesOf(contract))
    if (!isDirectory && '$ref' in fields && !component.test(String(fields.$ref)))
      yield { at: [...at, '$ref'], message: `${fields.$ref} must have the form #/components/<section>/<name>.` };
  for (const { schema, at } of everySchema(contract))
    for (const keyword of scoped.filter((one) => one in schema))
      yield { at: [...at, keyword], message: `${keyword} is not supported by every tool.` };
}

/** A `$ref` at the root of a body, response or component schema has no fields next to it. */
export function* noReferenceSiblings(contract: Contract): Generator<Problem> {
  const { paths, components } = contract;
  const { schemas, ...others } = components;
  const roots: Pick<Standing, 'schema' | 'at'>[] = [
    ...Object.entries(schemas).map(([name, schema]) => ({ schema, at: ['components', 'schemas', name] })),
    ...schemasUnder(paths, ['paths']),
    ...schemasUnder(others, ['components']),
  ];
  for (const { schema, at } of roots)
    if (schema.$ref && Object.keys(schema).length > 1)
      yield { at, message: 'The guard ignores fields next to $ref at the root of a schema.' };
}
