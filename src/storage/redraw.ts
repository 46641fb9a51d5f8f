// Ids are drawn at random, so two may meet; the second is drawn again.
import { newUuid } from './ids.ts';

const triesMax = 5;

/**
 * Inserts a row under a new id.
 * @param insert makes the row; a primary key that is taken (23505) leads to another try with another id
 */
export async function withNewId<T>(now: Date, insert: (id: string) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await insert(newUuid(now));
    } catch (error) {
      const { code, constraint } = error as { code?: string; constraint?: string };
      if (code !== '23505' || !constraint?.endsWith('_pkey') || tries === triesMax) throw error;
    }
}
