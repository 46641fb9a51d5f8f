// The contract with a fixed part of its operations, so that the tests of the lint rules take the same time however large it becomes.
import { bundleRules } from '../../openapi/rules/bundleRules.ts';
import { problemsOf } from '../../openapi/rules/rule.ts';
import type { Contract } from '../../src/contract/document.ts';
import { contract, type Node } from '../support/judge.ts';

const tags = ['Tickets', 'Events', 'Teams', 'Keys', 'Audit', 'Library', 'Auth', 'Health'];

const unused = (document: Node): string[] =>
  problemsOf(bundleRules['used-schemas'] as never, document as Contract).map(({ at }) => String(at.at(-1)));

/** A new copy. */
export function smallContract(): Node {
  const document = structuredClone(contract);
  for (const [path, item] of Object.entries<Node>(document.paths)) {
    const operations = Object.values<Node>(item).filter(({ tags: own }) => own);
    if (!operations.every((operation) => tags.includes(operation.tags[0]))) delete document.paths[path];
  }
  for (let names = unused(document); names.length > 0; names = unused(document))
    for (const name of names) delete document.components.schemas[name];
  return document;
}
