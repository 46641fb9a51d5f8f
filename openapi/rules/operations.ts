import type { Contract } from '../../src/contract/document.ts';
import { operationsAt } from './bodies.ts';
import type { Problem } from './rule.ts';

/** The verbs that an operationId can start with, by method. */
const byMethod: Record<string, string[]> = {
  get: ['list', 'get', 'search', 'export', 'preview', 'stream', 'listen'],
  patch: ['update'],
  put: ['update'],
  delete: ['delete', 'revoke', 'remove'],
  post: [
    ...[
      'create',
      'rotate',
      'report',
      'record',
      'merge',
      'add',
      'bulk',
      'import',
      'preview',
      'apply',
      'redact',
      'search',
    ],
    ...['test', 'trigger', 'replay', 'recover', 'refresh', 'end', 'change', 'request', 'reset', 'verify', 'redeem'],
    ...['transfer', 'accept', 'resend', 'publish', 'unpublish', 'identify', 'send', 'check'],
  ],
};

/** An operationId is a listed verb for the method, followed by a noun, in camelCase. */
export function* operationIds(contract: Contract): Generator<Problem> {
  for (const { operation, method, at } of operationsAt(contract)) {
    const verb = /^([a-z]+)[A-Z][A-Za-z0-9]*$/.exec(operation.operationId ?? '')?.[1] ?? '';
    if (!byMethod[method]?.includes(verb))
      yield {
        at: [...at, 'operationId'],
        message: `${operation.operationId} must be a verb for ${method.toUpperCase()} (one of ${byMethod[method]?.join(', ')}) followed by a noun.`,
      };
  }
}

/** An operation has exactly one tag, and the root declares it. */
export function* oneTag(contract: Contract): Generator<Problem> {
  const { tags: declared = [] } = contract as { tags?: { name: string }[] };
  for (const { operation, at } of operationsAt(contract)) {
    const tags: string[] = operation.tags ?? [];
    if (tags.length !== 1) yield { at, message: 'An operation must have exactly one tag.' };
    for (const tag of tags.filter((one) => !declared.some(({ name }) => name === one)))
      yield { at: [...at, 'tags'], message: `The root does not declare the tag ${tag}.` };
  }
}

/** A summary does not end with a period. */
export function* headlines(contract: Contract): Generator<Problem> {
  for (const { operation, at } of operationsAt(contract))
    if (operation.summary?.trim().endsWith('.'))
      yield { at: [...at, 'summary'], message: 'A summary must not end with a period.' };
}
