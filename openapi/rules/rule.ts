// What a rule of the contract is: a function from the bundle to its problems, so that a test can call it in memory.
import type { Contract } from '../../src/contract/document.ts';

/** The keys that lead to a place in the document. */
export type Place = (string | number)[];
export type Problem = { at: Place; message: string };
export type Rule = (contract: Contract) => Iterable<Problem>;

/** What we use of the object that Redocly hands to a visitor. */
export type Context = {
  report(problem: { message: string; location: unknown }): void;
  location: { child(keys: Place): unknown; source: { absoluteRef: string } };
};

/** The problems that a rule finds, each once: what several operations share is looked at several times. */
export function problemsOf(rule: Rule, contract: Contract): Problem[] {
  const found = new Map<string, Problem>();
  for (const problem of rule(contract)) found.set(`${problem.at.join('\n')}\n${problem.message}`, problem);
  return [...found.values()];
}
