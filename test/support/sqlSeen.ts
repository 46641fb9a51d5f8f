// Writes down every distinct SQL text that goes through `pg` in this process, for sql.test.ts.
import pg from 'pg';
import { leave } from './runDir.ts';

type Query = (this: pg.Client, ...given: [string | { text?: string } | undefined, ...unknown[]]) => unknown;

/** Begins to listen. Only servers may query in this process until `end` is called. */
export function recordSql(): { end(): void } {
  const seen = new Set<string>();
  const prototype = pg.Client.prototype as unknown as { query: Query };
  const { query } = prototype;
  prototype.query = function (...given) {
    const [first] = given;
    const text = (typeof first === 'string' ? first : first?.text) ?? 'a query without a text'; // which does not parse
    if (!seen.has(text)) leave('sql', text);
    seen.add(text);
    return query.apply(this, given);
  };
  return {
    end() {
      prototype.query = query;
    },
  };
}
