// A rule of the contract, a way to break it, and the hand that breaks it in a copy of the bundle. `echoes` are other rules
// that cannot stay silent, mostly because an example no longer fits.
import type { Node } from '../support/judge.ts';

export type Violation = [rule: string, what: string, plant: (document: Node) => unknown, ...echoes: string[]];

export const tickets = '/api/v1/teams/{teamId}/tickets';
export const schema = (document: Node, name: string): Node => document.components.schemas[name];
export const property = (document: Node, name: string, key: string): Node => schema(document, name).properties[key];
export const parameter = (document: Node, name: string): Node => document.components.parameters[name];
export const header = (document: Node, name: string): Node => document.components.headers[name];
export const failure = (document: Node, name: string): Node => document.components.responses[name];
export const example = (document: Node, name: string): Node => document.components.examples[name].value;
export const list = (document: Node): Node => document.paths[tickets].get;
export const create = (document: Node): Node => document.paths[tickets].post;
export const json = (holder: Node): Node => holder.content['application/json'];
export const codes = (document: Node): Node => schema(document, 'ErrorCode')['x-errors'];
export const ref = (name: string): Node => ({ $ref: `#/components/schemas/${name}` });

/** A property that no rule objects to unless `more` makes it. */
export const field = (more: Node): Node => ({ description: 'Planted.', ...more });
export const text = field({ type: 'string', pattern: '^[ -~]*$', maxLength: 9, examples: ['Planted'] });

/** A response without its limit headers. */
export function dropLimits(response: Node): void {
  for (const name of Object.keys(response.headers)) if (name.startsWith('X-RateLimit')) delete response.headers[name];
}
