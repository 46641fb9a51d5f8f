/** Returns true, or the unexpected result. */
export type Steps = Record<string, () => Promise<unknown>>;

/** Runs the steps in order and prints one line of JSON per step. */
export async function report(steps: Steps): Promise<void> {
  for (const [step, run] of Object.entries(steps)) {
    const seen = await run().catch((error: unknown) => String(error));
    console.log(JSON.stringify({ step, ok: seen === true, seen: seen === true ? '' : JSON.stringify(seen) }));
  }
}
