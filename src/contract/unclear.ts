// Rejects response schemas that could contain fields that they do not describe.
import { type Contract, resolve, type Schema } from './document.ts';

/** The keywords that lead to further schemas, for the same value or within it, and that `views.ts` follows. */
const followed = [
  ...['$ref', 'allOf', 'anyOf', 'oneOf', 'discriminator'],
  ...['properties', 'patternProperties', 'additionalProperties', 'items', 'prefixItems'],
];
/** The keywords that only describe or limit a value. */
const limiting = [
  ...['type', 'enum', 'const', 'format', 'pattern', 'minLength', 'maxLength', 'contentEncoding', 'contentMediaType'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minItems', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties', 'propertyNames', 'required'],
  ...['title', 'description', 'default', 'example', 'examples', 'deprecated', 'readOnly', 'writeOnly', 'externalDocs'],
];

/**
 * Checks the schema of one value, together with all other schemas of the same value.
 * @throws Error if they do not describe everything that the value can contain
 */
export function refuseUnclear(contract: Contract, node: Schema, at: string): void {
  const all = [...sameValue(contract, node)];
  const refuse = (why: string) => {
    throw new Error(`${at} ${why}, so its secret fields cannot be found`);
  };
  for (const keyword of all.flatMap(Object.keys))
    if (!followed.includes(keyword) && !limiting.includes(keyword) && !keyword.startsWith('x-'))
      refuse(`uses '${keyword}'`);
  const types = all.flatMap(({ type, enum: values, const: value }) =>
    type ? [type].flat() : values || value !== undefined ? ['constant'] : [],
  );
  if (types.length === 0) refuse('has no type');
  if (types.includes('array') && !all.some(({ items }) => items)) refuse("is an array without 'items'");
  if (all.some(({ additionalProperties }) => additionalProperties === true)) refuse('allows undeclared fields');
  const saysFields = ({ properties, patternProperties, additionalProperties }: Schema) =>
    properties ?? patternProperties ?? (typeof additionalProperties === 'object' || additionalProperties === false);
  if (types.includes('object') && !all.some(saysFields)) refuse('is an object without declared fields');
}

/** The schema and all others for the same value: references, and the parts of unions and intersections. */
function sameValue(contract: Contract, node: Schema, found = new Set<Schema>()): Set<Schema> {
  if (found.has(node)) return found;
  found.add(node);
  const { $ref, allOf = [], anyOf = [], oneOf = [] } = node;
  for (const one of [...($ref ? [resolve(contract, node)] : []), ...allOf, ...anyOf, ...oneOf])
    sameValue(contract, one, found);
  return found;
}
