// What the front and the mock need of successes.

import { frontHeaders } from '../../src/contract/complete.ts';
import {
  type Contract,
  type Header,
  type Ref,
  resolve,
  type Schema,
  successesOf,
} from '../../src/contract/document.ts';
import { operationsAt } from './bodies.ts';
import type { Problem } from './rule.ts';

/** An operation has exactly one kind of success: a 2xx or 3xx, besides 304. Redocly requires a 2xx, which a redirect has not. */
export function* declaredSuccess(contract: Contract): Generator<Problem> {
  for (const { operation, at } of operationsAt(contract))
    if (!successesOf(contract, operation).some(({ status }) => status !== '304'))
      yield { at: [...at, 'responses'], message: 'An operation must declare a success, with 2xx or 3xx.' };
}

/** A header that an operation declares itself has an example, which the mock sends. */
export function* headerExamples(contract: Contract): Generator<Problem> {
  for (const { operation, at } of operationsAt(contract))
    for (const { status, response } of successesOf(contract, operation))
      for (const [name, header] of Object.entries<Ref<Header>>(response.headers ?? {})) {
        if ((frontHeaders as readonly string[]).includes(name)) continue;
        const { examples } = resolve<Schema>(contract, resolve(contract, header).schema);
        if (!Array.isArray(examples) || examples.length === 0)
          yield {
            at: [...at, 'responses', status, 'headers', name],
            message: `The schema of ${name} must have examples.`,
          };
      }
}

/** An operation with an Idempotency-Key returns JSON, a text or nothing. A stream or a file cannot be stored for retries. */
export function* storableReplies(contract: Contract): Generator<Problem> {
  for (const { operation, at } of operationsAt(contract)) {
    if (!operation.parameters?.some(({ $ref }) => $ref?.endsWith('/Idempotency-Key'))) continue;
    for (const { status, response } of successesOf(contract, operation))
      for (const [mediaType, { schema, 'x-item': item }] of Object.entries(response.content ?? {}))
        if (item || resolve<Schema>(contract, schema).format === 'binary')
          yield {
            at: [...at, 'responses', status, 'content', mediaType],
            message:
              'A stream or a file cannot be stored for retries, so an operation with Idempotency-Key cannot return one.',
          };
  }
}

/** Every schema is used. Redocly does not see references from `x-item`. */
export function* usedSchemas(contract: Contract): Generator<Problem> {
  const used = new Set(JSON.stringify(contract).match(/#\/components\/schemas\/[^"]+/g));
  for (const name of Object.keys(contract.components.schemas))
    if (!used.has(`#/components/schemas/${name}`))
      yield { at: ['components', 'schemas', name], message: `The schema ${name} is not used.` };
}
