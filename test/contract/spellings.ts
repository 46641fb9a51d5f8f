// Different spellings of the same request.
import { toUuid } from '../../src/storage/ids.ts';
import type { TableEntry } from '../support/table.ts';
import type { Draft } from './requests.ts';

/** Each with a name for its difference. */
export function spellingsOf({ path: template }: TableEntry, draft: Draft): [what: string, spelling: Draft][] {
  const ids = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string); // idempotent operations have only IDs in the path
  const ofPath = ids.flatMap((name) =>
    spellingsOfId(draft.path[name] as string).map(([what, value]): [string, Draft] => [
      `${name} ${what}`,
      { ...draft, path: { ...draft.path, [name]: value } },
    ]),
  );
  const body = draft.body as string; // POST and PATCH have a body
  const ofBody = Object.entries({
    'fields in another order': JSON.stringify(reversed(JSON.parse(body))),
    'spaces and lines': JSON.stringify(JSON.parse(body), null, '\t '),
    'letters escaped': body.replaceAll(
      /[a-z](?=[^"\\]*"[,}\]])/g,
      (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`,
    ),
    'numbers with an exponent': body.replaceAll(/(?<=[:[,])(\d+)(?=[,}\]])/g, '$1.0e0'),
    'a field twice': body.replace(/^\{(".*?":)/, '{$1null,$1'),
  }).map(([what, text]): [string, Draft] => [what, { ...draft, body: text }]);
  return [...ofPath, ...ofBody];
}

function spellingsOfId(id: string): [string, string][] {
  const uuid = toUuid(id);
  const percent = `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`;
  return [
    ['as a UUID', uuid],
    ['in capitals', uuid.toUpperCase()],
    ['with a percent sequence', percent],
  ];
}

/** The same value with the fields of all objects in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, reversed(inner)]),
  );
}
