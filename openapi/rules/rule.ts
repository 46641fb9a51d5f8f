// A rule is a function from the bundle to its problems, so that tests can call it without Redocly.
import type { Contract } from '../../src/contract/document.ts';

/** The keys from the root to a place in the document. */
export type Place = (string | number)[];
export type Problem = { at: Place; message: string };
export type Rule = (contract: Contract) => Iterable<Problem>;

/** The part that we use of the object that Redocly passes to a visitor. */
export type Context = {
  report(problem: { message: string; location: unknown }): void;
  location: { child(keys: Place): unknown; source: { absoluteRef: string } };
};

/** The problems that a rule finds, without duplicates: rules visit shared components several times. */
export function problemsOf(rule: Rule, contract: Contract): Problem[] {
  const found = new Map<string, Problem>();
  for (const problem of rule(contract)) found.set(`${problem.at.join('\n')}\n${problem.message}`, problem);
  return [...found.values()];
}
