// The part of a large matrix that a run tests, so that its time does not grow with the number of operations. `npm run test:all` tests
// all of it.
import { operationTable } from '../../generated/operations.ts';
import { randomFrom } from './random.ts';

const isComplete = process.env.TEST_ALL !== undefined; // set by vitest.config.ts

/** One operation's share of a total. At least one. */
export const shareOf = (total: number): number => Math.ceil(total / operationTable.length);

/** `count` of the cases in their order, or all of them in a complete run. The same name gets the same sample in every run. */
export function sample<T>(name: string, cases: readonly T[], count: number): T[] {
  if (isComplete || cases.length <= count) return [...cases];
  const { below } = randomFrom([...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7));
  let wanted = count;
  return cases.filter((_, place) => {
    const isTaken = below(cases.length - place) < wanted;
    if (isTaken) wanted--;
    return isTaken;
  });
}
