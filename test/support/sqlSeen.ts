// Records every distinct SQL text that `pg` sends in this process while a server runs in it, for sql.test.ts.
import pg from 'pg';
import { leave } from './runDir.ts';

type Query = (this: pg.Client, ...given: [string | { text?: string } | undefined, ...unknown[]]) => unknown;

const seen = new Set<string>();
let servers = 0;

const prototype = pg.Client.prototype as unknown as { query: Query };
const { query } = prototype;
prototype.query = function (...given) {
  const [first] = given;
  const text = (typeof first === 'string' ? first : first?.text) ?? 'a query without a text'; // which cannot be parsed
  if (servers > 0 && !seen.has(text)) {
    leave('sql', text);
    seen.add(text);
  }
  return query.apply(this, given);
};

/** Starts recording. The test can send its own queries after all servers called `end`. */
export function recordSql(): { end(): void } {
  servers++;
  let hasEnded = false;
  return {
    end() {
      if (!hasEnded) servers--;
      hasEnded = true;
    },
  };
}
