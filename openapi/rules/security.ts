import type { Contract, Operation } from '../../src/contract/document.ts';
import { operationsAt } from './bodies.ts';
import type { Problem } from './rule.ts';

/** Every operation declares its own `security`, which is `[]` for an open operation. The root declares none. */
export function* ownSecurity(contract: Contract): Generator<Problem> {
  if ('security' in contract)
    yield { at: ['security'], message: 'The root must not declare security. Each operation declares its own.' };
  for (const { operation, at } of operationsAt(contract)) {
    const { security } = operation as Partial<Operation>;
    if (!security) yield { at, message: 'An operation must declare security. Use [] for an open operation.' };
    else if (security.some((requirement) => Object.keys(requirement).length !== 1))
      yield {
        at: [...at, 'security'],
        message: 'A requirement must name exactly one scheme. Use [] for an open operation.',
      };
  }
}

/** A permission has the form `<plural noun>:read` or `<plural noun>:write`. */
export function* permissionNames(contract: Contract): Generator<Problem> {
  for (const { operation, at } of operationsAt(contract))
    for (const permission of (operation.security ?? []).flatMap((requirement) => Object.values(requirement).flat()))
      if (!/^[a-z]+:(read|write)$/.test(permission))
        yield {
          at: [...at, 'security'],
          message: `The permission ${permission} must have the form <noun>:read or <noun>:write.`,
        };
}

/** A probe is an open operation, because probes have no rate limit. */
export function* openProbes(contract: Contract): Generator<Problem> {
  for (const { operation, at } of operationsAt(contract)) {
    if (!('x-probe' in operation)) continue;
    if (operation['x-probe'] !== true) yield { at: [...at, 'x-probe'], message: 'x-probe must be true or absent.' };
    if (operation.security?.length !== 0) yield { at: [...at, 'x-probe'], message: 'A probe must have security: [].' };
  }
}
