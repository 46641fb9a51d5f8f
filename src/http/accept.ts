// The header `Accept` (RFC 9110, section 12.5.1): what the caller takes, and whether one of our media types is among it.
import type { RequestHandler } from 'express';
import { Problem } from './problem.ts';

/** @throws 406 `not_acceptable` when the operation produces nothing that the caller takes */
export const accept: RequestHandler = (req, _res, next) => {
  const { accept } = req.headers;
  if (accept !== undefined) req.headers.accept = mediaRangesOf(accept);
  if (!req.accepts([...req.context.operation.produces])) throw new Problem('not_acceptable');
  next();
};

/**
 * The same ranges without any parameter but `q`, as Express compares parameters that our media types do not have.
 * An empty header takes everything. A malformed range takes nothing.
 */
export function mediaRangesOf(accept: string): string {
  if (!/[;"]|\*\/[^*]/.test(accept)) return accept.replace(/^[\s,]*$/, '*/*');
  const ranges = elementsOf(accept).map(([range = '', ...parameters]) => {
    const weight = parameters.find((one) => /^q\s*=/i.test(one))?.replace(/^q\s*=\s*/i, '') ?? '1';
    const isExclusion = Number(weight) === 0;
    // `application/json;version=2;q=0` excludes that version, and our type has none.
    const isOfOthers = isExclusion && parameters.length > 1;
    return mediaRange.test(range) && weightForm.test(weight) && !isOfOthers ? `${range};q=${weight}` : '';
  });
  return ranges.filter(Boolean).join(', ') || 'nothing'; // Express takes an empty header for an absent one
}

const mediaRange = /^(\*\/\*|[\w!#$%&'+.^`|~-]+\/(\*|[\w!#$%&'+.^`|~-]+))$/;
const weightForm = /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/;
const token = /"(?:[^"\\]|\\.)*"?|[^",;]+|[,;]/gs;

/** The elements of the list, each with its parameters. Commas and semicolons in quoted strings separate nothing. */
function elementsOf(list: string): string[][] {
  const elements: string[][] = [['']];
  for (const [part] of list.matchAll(token)) {
    const element = elements.at(-1) as string[]; // there is always one
    if (part === ',') elements.push(['']);
    else if (part === ';') element.push('');
    else element.push(`${element.pop()}${part}`);
  }
  return elements.map((element) => element.map((part) => part.trim()));
}
