/** Returns a function that makes the value on its first call. For what not every process needs, and what would delay its start. */
export function later<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
