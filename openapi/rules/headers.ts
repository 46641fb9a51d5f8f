import { type Contract, resolve } from '../../src/contract/document.ts';
import { responsesOf } from './bodies.ts';
import type { Problem } from './rule.ts';

const everyAnswer = ['CStar-Version', 'X-Request-Id'];
const limits = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset', 'X-RateLimit-Window'];
const ofStatus: Record<string, string[]> = {
  '401': ['WWW-Authenticate'],
  '405': ['Allow'],
  '429': ['Retry-After'],
  '503': ['Retry-After'],
};

/** Every response declares the headers for its version and request ID, and those that its status requires. */
export function* answerHeaders(contract: Contract): Generator<Problem> {
  for (const { status, response, at } of responsesOf(contract))
    for (const name of [...everyAnswer, ...(ofStatus[status] ?? [])]) {
      const header = response.headers?.[name];
      if (!header || !resolve(contract, header).required)
        yield { at, message: `A ${status} must have the required header ${name}.` };
    }
}

/** Except on probes, every success and every 429 requires all rate limit headers. No response declares only some of them. */
export function* limitHeaders(contract: Contract): Generator<Problem> {
  for (const { owner, status, response, at } of responsesOf(contract)) {
    const found = limits.flatMap((name) => response.headers?.[name] ?? []);
    const mustTell = status.startsWith('2') || status === '429';
    if (owner.operation['x-probe']) {
      if (found.length > 0) yield { at, message: 'A probe has no rate limit and must not have rate limit headers.' };
    } else if (found.length < limits.length && (found.length > 0 || mustTell))
      yield { at, message: `A ${status} must have ${limits.join(', ')}.` };
    else if (mustTell && !found.every((header) => resolve(contract, header).required))
      yield { at, message: `The rate limit headers of a ${status} must be required.` };
  }
}
