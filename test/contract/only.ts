// The intended differences between server and mock, as a closed list. A test that runs on only one of them names its
// reason.
import { test } from 'vitest';
import type { Backend } from '../support/client.ts';

export const differences = {
  'keeps state': { runsOn: 'server', because: 'the mock returns examples and stores nothing' },
  'looks data up': {
    runsOn: 'server',
    because: 'the mock has only its examples, so it does not know which resources exist',
  },
  'knows its team': { runsOn: 'server', because: 'the mock knows only the team of the key or the path' },
} as const satisfies Record<string, { runsOn: Backend['name']; because: string }>;

/** `test`, skipped on the backend that differs for `reason`. */
export const only = (backend: Backend, reason: keyof typeof differences) =>
  test.skipIf(backend.name !== differences[reason].runsOn);
