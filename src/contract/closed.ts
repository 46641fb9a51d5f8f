// Clients must accept additional fields in responses, but the server must not send any, nor accept any. So it checks closed schemas.
import type { Schema } from './document.ts';

/** A copy in which objects have only the fields that the contract names, and booleans only the values of `x-always`. */
export function closed<T>(node: T): T {
  const copy = structuredClone(node);
  visit(copy, close);
  visit(copy, hold);
  return copy;
}

/** Calls `see` for every object within a document. */
export function visit(node: unknown, see: (node: Record<string, unknown>) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) see(node as Record<string, unknown>);
  for (const inner of Object.values(node)) visit(inner, see);
}

function close(node: Schema): void {
  if ([node.type].flat().includes('object') && node.properties && node.additionalProperties === undefined)
    node.additionalProperties = false;
}

/** The contract has `x-always` where client generators cannot handle `const`. */
function hold(node: Schema): void {
  if (node['x-always'] !== undefined) node.const = node['x-always'];
}
