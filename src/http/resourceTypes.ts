// The types of resources, and the prefixes of their IDs. The first word of an event or audit action is the type of its resource.
import { idPrefixes } from '../../generated/operations.ts';
import { isUuid } from '../storage/ids.ts';

const prefixes = new Map<string, string>(Object.entries(idPrefixes));
const types = new Map([...prefixes].map(([type, prefix]) => [prefix, type]));

/** `tkt` for `ticket`. Undefined for a resource that only has a UUID. */
export const prefixOf = (type: string): string | undefined => prefixes.get(type);

/**
 * A pattern for SQL LIKE: the events and audit actions of the resource's type. A UUID says nothing about the type, and an ID with an
 * unknown prefix has no events.
 */
export function actionsOf(id: string): string {
  if (isUuid(id)) return '%';
  return `${types.get(id.slice(0, id.indexOf('_'))) ?? ''}.%`.replaceAll('_', '\\_');
}
