// Content negotiation by the header `Accept` (RFC 9110, section 12.5.1).
import type { Stage } from './context.ts';
import { Problem } from './problem.ts';

/** @throws 406 `not_acceptable` when the caller accepts none of the operation's media types */
export const accept: Stage = (req) => {
  const { accept } = req.headers;
  if (accept === undefined) return;
  req.headers.accept = mediaRangesOf(accept);
  const { produces } = req.context.operation;
  if (produces.length > 0 && !req.accepts([...produces])) throw new Problem('not_acceptable');
};

/**
 * Returns the same ranges with `q` as their only parameter. Express would compare the other parameters, which our media types
 * do not have.
 * An empty header accepts everything. A malformed range accepts nothing.
 */
export function mediaRangesOf(accept: string): string {
  if (!/[;"]|\*\/[^*]/.test(accept)) return accept.replace(/^[\s,]*$/, '*/*');
  const ranges = elementsOf(accept).map(([range = '', ...parameters]) => {
    const weight = parameters.find((one) => /^q\s*=/i.test(one))?.replace(/^q\s*=\s*/i, '') ?? '1';
    const isExclusion = Number(weight) === 0;
    // `application/json;version=2;q=0` excludes only that version, and our media type has no version.
    const isOfOthers = isExclusion && parameters.length > 1;
    return mediaRange.test(range) && weightForm.test(weight) && !isOfOthers ? `${range};q=${weight}` : '';
  });
  return ranges.filter(Boolean).join(', ') || 'nothing'; // Express treats an empty header like an absent one
}

const mediaRange = /^(\*\/\*|[\w!#$%&'+.^`|~-]+\/(\*|[\w!#$%&'+.^`|~-]+))$/;
const weightForm = /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/;
const token = /"(?:[^"\\]|\\.)*"?|[^",;]+|[,;]/gs;

/** The elements of the list, each with its parameters. Commas and semicolons in quoted strings separate nothing. */
function elementsOf(list: string): string[][] {
  const elements: string[][] = [['']];
  for (const [part] of list.matchAll(token)) {
    const element = elements.at(-1) as string[]; // never empty
    if (part === ',') elements.push(['']);
    else if (part === ';') element.push('');
    else element.push(`${element.pop()}${part}`);
  }
  return elements.map((element) => element.map((part) => part.trim()));
}
