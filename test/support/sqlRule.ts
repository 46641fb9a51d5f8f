// The tenancy rule for SQL, on the parse tree of the PostgreSQL parser. A reference to a tenant table is unbound until
// its own query level proves that every tenant column equals a parameter. Constructs that this file does not support
// (MERGE, TRUNCATE, COPY, OR, a cast column, a constant, a column of an outer query) are therefore violations.
import { loadModule, parseSync } from 'libpg-query';

await loadModule();

type Node = Record<string, any>;
/** The tenant columns, by table. */
export type TenantColumns = Map<string, string[]>;

const tenantColumns = ['team_id', 'environment'];

/** The tenant tables in the migrations, with the columns for team and environment that they have. */
export function tenantColumnsOf(migrations: string[]): TenantColumns {
  const tables: TenantColumns = new Map();
  for (const { CreateStmt, AlterTableStmt } of migrations.flatMap(statementsOf)) {
    const { relation, tableElts, cmds } = CreateStmt ?? AlterTableStmt ?? {};
    const added = [...(tableElts ?? []), ...(cmds ?? []).map(({ AlterTableCmd }: Node) => AlterTableCmd.def ?? {})];
    const names = added.flatMap(({ ColumnDef }: Node) => ColumnDef?.colname ?? []);
    const owning = tenantColumns.filter(
      (name) => names.includes(name) || tables.get(relation?.relname)?.includes(name),
    );
    if (owning.length > 0) tables.set(relation.relname, owning);
  }
  return tables;
}

/** The statements of a text, each as `{<kind>: ...}`. */
export const statementsOf = (sql: string): Node[] => (parseSync(sql).stmts ?? []).map(({ stmt }) => stmt as Node);

/** The violations in a text. Empty if every tenant table in it is bound. */
export function violationsOf(sql: string, tables: TenantColumns): string[] {
  return statementsOf(sql).flatMap((statement) => {
    const proven = new Set<Node>();
    const wrong: string[] = [];
    for (const { UpdateStmt, DeleteStmt, InsertStmt, fromClause, whereClause } of nodesIn(statement)) {
      if (fromClause) prove(fromClause, whereClause);
      const changed = UpdateStmt ?? DeleteStmt;
      const others = UpdateStmt?.fromClause ?? DeleteStmt?.usingClause ?? [];
      if (changed) prove([{ RangeVar: changed.relation }, ...others], changed.whereClause);
      if (UpdateStmt) wrong.push(...moved(UpdateStmt.relation, UpdateStmt.targetList));
      if (InsertStmt) inserted(InsertStmt);
    }
    for (const node of nodesIn(statement))
      if (tables.has(node.relname) && !proven.has(node)) wrong.push(`${node.relname} is not bound to a tenant`);
    return wrong;

    function prove(from: Node[], where: Node | undefined): void {
      for (const relation of boundIn(from, where, tables)) proven.add(relation);
    }

    function inserted({ relation, cols = [], selectStmt, onConflictClause: conflict }: Node): void {
      const columns = tables.get(relation.relname);
      if (!columns) return;
      const names = cols.map(({ ResTarget }: Node) => ResTarget.name);
      const { valuesLists, targetList } = selectStmt?.SelectStmt ?? {};
      const rows: Node[][] = valuesLists
        ? valuesLists.map(({ List }: Node) => List.items)
        : [(targetList ?? []).map(({ ResTarget }: Node) => ResTarget.val)];
      if (rows.every((row) => columns.every((column) => isParameter(row[names.indexOf(column)])))) proven.add(relation);
      if (conflict?.action !== 'ONCONFLICT_UPDATE') return;
      const target = (conflict.infer?.indexElems ?? []).map(({ IndexElem }: Node) => IndexElem.name);
      if (!columns.every((column) => target.includes(column)))
        wrong.push(`${relation.relname} is updated over a conflict that another tenant's row can cause`);
      wrong.push(...moved(relation, conflict.targetList));
    }
  });

  function moved({ relname }: Node, targets: Node[] = []): string[] {
    const columns = tables.get(relname) ?? [];
    const set = targets.map(({ ResTarget }) => ResTarget.name).filter((name) => columns.includes(name));
    return set.map((name) => `${relname}.${name} is changed`);
  }
}

type Relation = { name: string; node: Node; columns: string[] };
/** An equality of a column, and the relations whose other rows it removes. */
type Fact = { column: Node; other: Node; filtered: Relation[] };

/** The tenant tables of one query level whose columns all equal parameters, directly or through another bound table. */
function boundIn(from: Node[], where: Node | undefined, tables: TenantColumns): Node[] {
  const facts: Fact[] = [];
  const relations = from.flatMap((item) => collect(item));
  facts.push(...equalitiesOf(where, relations));
  const bound = new Set<string>();
  const keyOf = (node: Node): string | undefined => nameOf(node, relations);
  for (let before = -1; before < bound.size; ) {
    before = bound.size;
    for (const { column, other, filtered } of facts) {
      const key = keyOf(column);
      const owner = filtered.find(({ name }) => key?.startsWith(`${name}.`));
      if (key && owner && (isParameter(other) || bound.has(keyOf(other) ?? ''))) bound.add(key);
    }
  }
  return relations
    .filter(({ name, columns }) => columns.every((column) => bound.has(`${name}.${column}`)))
    .map(({ node }) => node);

  /**
   * The tenant tables of a FROM item. The conditions of its joins become facts. An outer join keeps the rows of one
   * side.
   */
  function collect({ RangeVar, JoinExpr }: Node): Relation[] {
    if (JoinExpr) {
      const [left, right] = [collect(JoinExpr.larg), collect(JoinExpr.rarg)];
      const filtered = { JOIN_INNER: [...left, ...right], JOIN_LEFT: right, JOIN_RIGHT: left }[
        JoinExpr.jointype as string
      ];
      facts.push(...equalitiesOf(JoinExpr.quals, filtered ?? []));
      return [...left, ...right];
    }
    const columns = RangeVar && tables.get(RangeVar.relname);
    return columns ? [{ name: RangeVar.alias?.aliasname ?? RangeVar.relname, node: RangeVar, columns }] : [];
  }
}

/** The equalities that are true for every row of a condition, in both directions. */
function equalitiesOf(condition: Node | undefined, filtered: Relation[]): Fact[] {
  if (condition?.BoolExpr?.boolop === 'AND_EXPR')
    return condition.BoolExpr.args.flatMap((one: Node) => equalitiesOf(one, filtered));
  const { kind, name, lexpr, rexpr } = condition?.A_Expr ?? {};
  if (kind !== 'AEXPR_OP' || name.length !== 1 || name[0].String.sval !== '=' || !lexpr || !rexpr) return [];
  return [
    { column: lexpr, other: rexpr, filtered },
    { column: rexpr, other: lexpr, filtered },
  ];
}

/**
 * `table.column` of a column of these relations. A column without a table belongs to the only relation; with two it
 * would be ambiguous.
 */
function nameOf({ ColumnRef }: Node, relations: Relation[]): string | undefined {
  const parts: string[] = (ColumnRef?.fields ?? []).map((field: Node) => field.String?.sval);
  if (parts.length === 2) return relations.some(({ name }) => name === parts[0]) ? parts.join('.') : undefined;
  return parts.length === 1 && relations.length === 1 ? `${relations[0]?.name}.${parts[0]}` : undefined;
}

const isParameter = (node: Node | undefined): boolean =>
  node?.ParamRef !== undefined || (node?.TypeCast !== undefined && isParameter(node.TypeCast.arg));

/** Every object of a tree. `for update of` repeats relations of the level, so it is omitted. */
function* nodesIn(value: unknown): Generator<Node> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Node;
  for (const [key, child] of Object.entries(value)) if (key !== 'lockingClause') yield* nodesIn(child);
}
