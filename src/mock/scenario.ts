// Chooses the response that the mock plays: a status and an example of the operation.
import { type Contract, operationsOf, resolve } from '../contract/document.ts';
import type { Operation } from '../http/router.ts';
import { type Preferences, unknownScenario } from './preferences.ts';

/** `example` is undefined for a response without a body. */
export type Scenario = { code: number; example: string | undefined };

/** Chooses the response for a request. Without preferences, it is the first example of the success. */
export function scenarios(contract: Contract): (operation: Operation, preferences: Preferences) => Scenario {
  const known = new Map(
    [...operationsOf(contract)].map(({ operation: { operationId, responses } }) => [
      operationId,
      new Map(
        Object.entries(responses).map(([status, response]) => [
          Number(status),
          Object.values(resolve(contract, response).content ?? {}).flatMap(({ examples = {} }) =>
            Object.keys(examples),
          ),
        ]),
      ),
    ]),
  );

  /** @throws 400 `mock_scenario_unknown`, with a list of what the operation has */
  return ({ operationId, successStatus }, { code, example }) => {
    const examples = known.get(operationId) ?? new Map<number, string[]>();
    if (code === undefined && example !== undefined) {
      const of = [successStatus, ...examples.keys()].find((status) => examples.get(status)?.includes(example));
      if (of === undefined)
        throw unknownScenario(
          `${operationId} has no example '${example}'. It has ${listed([...examples.values()].flat())}.`,
        );
      return { code: of, example };
    }
    const status = code ?? successStatus;
    const names = examples.get(status);
    if (!names) {
      const statuses = [...examples.keys()].sort((a, b) => a - b);
      throw unknownScenario(`${operationId} has no response with status ${status}. It has ${listed(statuses)}.`);
    }
    const chosen = example ?? names[0];
    if (chosen === undefined && example === undefined) return { code: status, example: undefined };
    if (chosen === undefined || !names.includes(chosen))
      throw unknownScenario(
        `${operationId} has no example '${example}' for status ${status}. It has ${listed(names)}.`,
      );
    return { code: status, example: chosen };
  };
}

const listed = (all: (string | number)[]): string =>
  all.length > 1 ? `${all.slice(0, -1).join(', ')} and ${all.at(-1)}` : `${all[0] ?? 'none'}`;
