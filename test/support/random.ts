// Random numbers that are equal in every run.

export type Random = {
  /** An integer from 0 to below `end`. */
  below(end: number): number;
  pick<T>(from: readonly T[]): T;
  /** Text of these characters. */
  text(alphabet: string, length: number): string;
};

/** mulberry32: small, and sufficiently uniform for test cases. */
export function randomFrom(seed: number): Random {
  let state = seed;
  const below = (end: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  };
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T; // below the length
  return {
    below,
    pick,
    text: (alphabet, length) => Array.from({ length }, () => pick([...alphabet])).join(''),
  };
}
