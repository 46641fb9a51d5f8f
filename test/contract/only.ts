// The intended differences between server and mock, as a closed list. A test that runs on only one of them names its
// reason.
import { test } from 'vitest';
import type { Backend } from '../support/client.ts';

export const differences = {
  'keeps state': { runsOn: 'server', because: 'the mock answers from examples and remembers nothing' },
  'looks data up': { runsOn: 'server', because: 'the mock has only its examples: it cannot tell what exists' },
  'knows its team': { runsOn: 'server', because: 'the mock knows of a team what the key and the path say' },
} as const satisfies Record<string, { runsOn: Backend['name']; because: string }>;

/** `test`, skipped on the backend that differs for `reason`. */
export const only = (backend: Backend, reason: keyof typeof differences) =>
  test.skipIf(backend.name !== differences[reason].runsOn);
