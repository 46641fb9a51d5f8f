// Builds and compiles a statement once, and runs it with other values afterwards: Kysely takes longer to build and compile a
// statement than the driver takes to send it.
import type { Compilable, CompiledQuery } from 'kysely';
import type { Tenant } from './tenant.ts';

/** Stands for a value while a statement is built. */
class Slot {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/**
 * Returns the statement that `build` makes, with these values. `build` is called once for each name and set of values that are
 * not undefined, so it must only place its values in the statement and not read them.
 * @throws Error if the statement contains the team or environment of its first call, because it would then run for them forever
 */
export type Statements = <Values extends Tenant, Row>(
  name: string,
  values: Values,
  build: (slots: Values) => Compilable<Row>,
) => CompiledQuery<Row>;

export function createStatements(): Statements {
  const known = new Map<string, CompiledQuery>();
  return <Values extends Tenant, Row>(name: string, values: Values, build: (slots: Values) => Compilable<Row>) => {
    const given: string[] = [];
    for (const each in values) if (values[each] !== undefined) given.push(each);
    const key = `${name}: ${given}`;
    const statement = known.get(key) ?? made();
    known.set(key, statement);
    const filled = (one: unknown) => (one instanceof Slot ? values[one.name as keyof Values] : one);
    return { ...statement, parameters: statement.parameters.map(filled) } as CompiledQuery<Row>;

    function made(): CompiledQuery {
      const slots = Object.fromEntries(given.map((each) => [each, new Slot(each)])) as unknown as Values;
      const query = build(slots).compile();
      if ([values.teamId, values.environment].some((one) => query.parameters.includes(one)))
        throw new Error(`'${name}' is built with a tenant of its own`);
      return query;
    }
  };
}
