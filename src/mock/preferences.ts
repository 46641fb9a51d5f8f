// The request header `Prefer` (RFC 7240): which response the mock plays.
import { randomInt } from 'node:crypto';
import { Problem } from '../http/problem.ts';

export type Preferences = {
  /** A status of the operation; by default its success. */
  code?: number;
  /** The name of an example of that status. */
  example?: string;
  /** Generate the body from the schema. */
  dynamic: boolean;
  /** The same seed generates the same body; random by default. */
  seed: number;
  /** Milliseconds to wait before the response. */
  waitMs: number;
};

const waitMaxMs = 30_000;
const shapes = new Map([
  ['code', /^[1-5]\d\d$/],
  ['example', /^[\w.-]{1,100}$/],
  ['dynamic', /^(true|false)$/],
  ['seed', /^\d{1,9}$/],
  ['wait', /^\d{1,5}$/],
]);

/** Without the header. The seed is not used. */
const usual: Preferences = { dynamic: false, seed: 0, waitMs: 0 };

/** @throws 400 `mock_scenario_unknown` for an invalid value of one of our preferences. Unknown preferences are ignored (RFC 7240). */
export function preferencesOf(prefer: string | undefined): Preferences {
  if (prefer === undefined) return usual;
  const given: Record<string, string> = {};
  for (const part of prefer.split(/[,;]/)) {
    const [written = '', value = ''] = part.split('=', 2).map((text) => text.trim().replace(/^"(.*)"$/, '$1'));
    const name = written.toLowerCase();
    const shape = shapes.get(name);
    if (!shape || name in given) continue; // only the first one counts (RFC 7240, section 2)
    if (!shape.test(value) || (name === 'wait' && Number(value) > waitMaxMs))
      throw unknownScenario(`'${name}=${value}' is not a preference that the mock understands.`);
    given[name] = value;
  }
  const { code, example, dynamic, seed, wait = '0' } = given;
  return {
    ...(code && { code: Number(code) }),
    ...(example && { example }),
    dynamic: dynamic === 'true',
    seed: seed ? Number(seed) : randomInt(2 ** 29),
    waitMs: Number(wait),
  };
}

export const unknownScenario = (message: string): Problem =>
  new Problem('mock_scenario_unknown', { param: 'Prefer', message });
