// A rule, the name of a violation, and a function that plants it in a copy of the bundle. `echoes` are other rules that
// also report it, usually because an example is no longer valid.
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

/** A property that violates no rule unless `more` adds a violation. */
export const field = (more: Node): Node => ({ description: 'Planted.', ...more });
export const text = field({ type: 'string', pattern: '^[ -~]*$', maxLength: 9, examples: ['Planted'] });

/** A response without its rate limit headers. */
export function dropLimits(response: Node): void {
  for (const name of Object.keys(response.headers)) if (name.startsWith('X-RateLimit')) delete response.headers[name];
}
