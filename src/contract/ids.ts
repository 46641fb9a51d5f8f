// The schemas and path parameters of IDs, which differ only in the prefix. `x-ids` in the root of the contract lists them.
import type { Contract, PathItem, Schema } from './document.ts';
import { snake } from './names.ts';

/** `noun` with its article. `parameter` is the name of the path parameter, if there is one. */
export type IdEntry = { example: string; noun: string; parameter?: string };

const uuid = '[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}';
const someUuid = '659b34e1-0272-8653-9770-000000000000';
const ref = (section: 'schemas' | 'parameters', name: string) => ({ $ref: `#/components/${section}/${name}` });

/**
 * Returns the prefix of each resource. Replaces `x-id: Ticket` by a reference to `TicketId`, and `x-reference: Ticket` by one to `TicketReference`, which is a prefixed ID
 * or a UUID. Adds the parameter `{ticketId}` to every path that contains it.
 * @throws Error for a name that `x-ids` does not list
 */
export function addIds(contract: Contract): Record<string, string> {
  const entries = contract['x-ids'] ?? {};
  delete contract['x-ids'];
  addParameters(contract, entries);
  replaceMarks(contract, (kind, name, isNullable) => {
    const entry = entries[name];
    if (!entry) throw new Error(`x-ids has no ${name}`);
    const made = kind === 'Id' ? idOf(entry) : referenceOf(entry);
    if (isNullable) return { ...made, type: ['string', 'null'] };
    contract.components.schemas[`${name}${kind}`] ??= made;
    return ref('schemas', `${name}${kind}`);
  });
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [snake(name), prefixOf(entry)]));
}

const prefixOf = ({ example }: IdEntry): string => example.slice(0, example.indexOf('_'));

const idOf = (entry: IdEntry): Schema => ({
  description: `The prefixed ID of ${entry.noun}.`,
  type: 'string',
  pattern: `^${prefixOf(entry)}_[0-9A-Za-z]{12}$`,
  maxLength: entry.example.length,
  examples: [entry.example],
});

const referenceOf = (entry: IdEntry): Schema => ({
  description: `The prefixed ID or UUID of ${entry.noun}.`,
  type: 'string',
  pattern: `^(${prefixOf(entry)}_[0-9A-Za-z]{12}|${uuid})$`,
  minLength: entry.example.length,
  maxLength: someUuid.length,
  examples: [entry.example, someUuid],
});

function addParameters({ paths, components }: Contract, entries: Record<string, IdEntry>): void {
  for (const [name, { example, noun, parameter }] of Object.entries(entries)) {
    const used = Object.entries(paths).filter(([path]) => parameter && path.includes(`{${parameter}}`));
    if (!parameter || used.length === 0) continue;
    components.parameters[`${name}IdInPath`] = {
      name: parameter,
      in: 'path',
      required: true,
      description: `The prefixed ID or UUID of ${noun.replace(/^an? /, 'the ')}.`,
      schema: { 'x-reference': name },
      example,
    };
    for (const [, item] of used)
      item.parameters = [...(item.parameters ?? []), ref('parameters', `${name}IdInPath`) as Param];
  }
}
type Param = NonNullable<PathItem['parameters']>[number];

/** The description of a marked schema is kept. With the type `[string, 'null']`, it cannot be a reference. */
function replaceMarks(
  node: unknown,
  schemaOf: (kind: 'Id' | 'Reference', name: string, isNullable: boolean) => Schema,
): void {
  if (typeof node !== 'object' || node === null) return;
  const marked = node as Schema;
  for (const [mark, kind] of [
    ['x-id', 'Id'],
    ['x-reference', 'Reference'],
  ] as const) {
    const { [mark]: name, type, description } = marked;
    if (typeof name !== 'string') continue;
    Object.assign(marked, schemaOf(kind, name, Array.isArray(type)), description && { description });
    delete marked[mark];
  }
  for (const inner of Object.values(marked)) replaceMarks(inner, schemaOf);
}
