// The fields of a resource in events and in the audit log, chosen by the lists in its schema (x-snapshot, x-changes, x-audited).
import canonicalize from 'canonicalize';
import { eventFields } from '../../generated/operations.ts';
import type { components } from '../../generated/types.ts';
import { snake } from '../contract/names.ts';

type Schemas = components['schemas'];
type Name = keyof typeof eventFields;
type Listed<N extends Name, List extends 'snapshot' | 'changes' | 'audited'> = (typeof eventFields)[N][List][number] &
  keyof Schemas[N];
type With<Suffix extends string> = { [N in Name]: `${N}${Suffix}` extends keyof Schemas ? N : never }[Name];

/** The names of the fields in snake_case. */
const spelled = new Map<string, string>(
  Object.values(eventFields).flatMap(({ snapshot, changes }) =>
    [...snapshot, ...changes].map((field) => [field, snake(field)] as const),
  ),
);
const spell = (field: string): string => spelled.get(field) as string; // of the same lists

/** The state of a resource in events, in snake_case. */
export function snapshotOf<N extends With<'Snapshot'>>(name: N, resource: Schemas[N]): Schemas[`${N}Snapshot`] {
  const fields = eventFields[name].snapshot as readonly Listed<N, 'snapshot'>[];
  return Object.fromEntries(
    fields.map((field) => [spell(field), resource[field]]),
  ) as unknown as Schemas[`${N}Snapshot`]; // made from the same list
}

/** The fields of `x-changes` that differ. The order of keys in a map does not matter. */
export function changedFields<N extends Name>(name: N, before: Schemas[N], after: Schemas[N]): Listed<N, 'changes'>[] {
  const fields = eventFields[name].changes as readonly Listed<N, 'changes'>[];
  return fields.filter((field) => canonicalize(before[field]) !== canonicalize(after[field]));
}

/** The changed fields with their values before and after, in snake_case. Undefined if none changed. */
export function changesOf<N extends With<'ChangeSet'>>(
  name: N,
  before: Schemas[N],
  after: Schemas[N],
): Schemas[`${N}ChangeSet`] | undefined {
  const changed = changedFields(name, before, after);
  if (changed.length === 0) return undefined;
  return Object.fromEntries(
    changed.map((field) => [spell(field), { from: before[field], to: after[field] }]),
  ) as unknown as Schemas[`${N}ChangeSet`];
}

/** The state of a resource in the audit log. */
export function auditedOf<N extends Name>(name: N, resource: Schemas[N]): NonNullable<Schemas['AuditedState']> {
  const fields = eventFields[name].audited as readonly Listed<N, 'audited'>[];
  return Object.fromEntries(fields.map((field) => [field, resource[field]])) as unknown as NonNullable<
    Schemas['AuditedState']
  >;
}
