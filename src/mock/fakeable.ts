// What Prism makes bodies up from. Its generator adds fields wherever an object is open and fills every array to the brim.
import type { Contract, Schema } from '../contract/document.ts';

const itemsMax = 3;

/** A copy of the contract whose objects are closed and whose arrays are short. */
export function fakeable(contract: Contract): Contract {
  const copy = structuredClone(contract);
  for (const schema of Object.values(copy.components.schemas)) narrow(schema);
  return copy;
}

function narrow(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const schema = node as Schema;
  if (schema.properties) schema.additionalProperties ??= false;
  if (schema['x-always'] !== undefined) schema.const = schema['x-always'];
  if (typeof schema.maxItems === 'number') schema.maxItems = Math.min(schema.maxItems, itemsMax);
  for (const inner of Object.values(schema)) narrow(inner);
}
