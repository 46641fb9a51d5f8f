// What publishable keys may see of a value, by the marks `x-audience: secret` and `x-secret-when`. The marks are followed through
// every construct that a response schema may have. A schema that cannot be followed is an error, so that no field is overlooked.
import { bodiesOfSuccess, type Contract, type Operation, resolve, type Schema } from './document.ts';
import { refuseUnclear } from './unclear.ts';

/** What publishable keys see of a value. Without a view, they see all of it. */
export type View = {
  /** Whether the schema is marked `x-audience: secret`, which hides any value. */
  isSecret: boolean;
  /** Whether this value is hidden as a whole. */
  hides(value: unknown): boolean;
  /**
   * Returns the value without the hidden parts.
   * @throws Hidden if a required field is hidden
   */
  cut(value: unknown): unknown;
};
type MaybeView = View | undefined;
/** Thrown if a required field is hidden from publishable keys. */
export class Hidden extends Error {}

/**
 * The views of all success bodies of an operation, by status and media type (`200 application/json`).
 * @throws Error for a response schema that cannot be followed
 */
export function viewsOfSuccess(contract: Contract, operation: Operation): Map<string, MaybeView> {
  const viewOf = createViews(contract);
  return new Map(
    bodiesOfSuccess(contract, operation).map(({ status, mediaType, schema }) => [
      `${status} ${mediaType}`,
      viewOf(schema, `${operation.operationId} ${status} ${mediaType}`),
    ]),
  );
}

/** Returns the value without its hidden parts. */
export function cutBy(view: MaybeView, value: unknown): unknown {
  return view ? view.cut(value) : value;
}

function createViews(contract: Contract): (node: Schema, at: string) => MaybeView {
  const known = new Map<Schema, MaybeView>();

  /** The view of a value that only this schema describes. */
  const viewOf = (node: Schema, at: string): MaybeView => {
    refuseUnclear(contract, node, at);
    return partOf(node, at);
  };
  return viewOf;

  function partOf(node: Schema, at: string): MaybeView {
    if (known.has(node)) return known.get(node);
    known.set(node, later(node));
    const view = made(node, at);
    known.set(node, view);
    return view;
  }

  /** The view of a recursive schema. */
  function later(node: Schema): View {
    const hides = (value: unknown) => known.get(node)?.hides(value) ?? false;
    return { isSecret: false, hides, cut: (value) => cutBy(known.get(node), value) };
  }

  function made(node: Schema, at: string): MaybeView {
    const { $ref, allOf = [], 'x-secret-when': flag } = node;
    const isMarked = node['x-audience'] === 'secret';
    const always = [...($ref ? [resolve(contract, node)] : []), ...allOf].map((one) => partOf(one, at));
    const whole = together([unionOf(node, at), ...always, listOf(node, at), objectOf(node, at)]);
    if (!isMarked && !flag) return whole;
    return {
      isSecret: isMarked || whole?.isSecret === true,
      hides: (value) => isMarked || isTrueIn(value, flag) || whole?.hides(value) === true,
      cut: (value) => cutBy(whole, value),
    };
  }

  /** The view of the branch that the discriminator names. Without a discriminator, the views of all branches apply. */
  function unionOf({ anyOf = [], oneOf = [], discriminator }: Schema, at: string): MaybeView {
    const branches = [...anyOf, ...oneOf].map((branch) => ({ $ref: branch.$ref, view: partOf(branch, at) }));
    const any = together(branches.map(({ view }) => view));
    if (!any) return undefined;
    if (!discriminator) return { ...any, isSecret: false };
    const { propertyName, mapping = {} } = discriminator;
    const chosen = (value: unknown): MaybeView => {
      if (typeof value !== 'object' || value === null) return any;
      const name = String((value as Record<string, unknown>)[propertyName]);
      const wanted = mapping[name] ?? name;
      const found = branches.find(({ $ref }) => $ref === wanted || $ref?.endsWith(`/${wanted}`));
      if (!found) throw new Error(`${at}: no branch of the union is called ${name}`);
      return found.view;
    };
    const hides = (value: unknown) => chosen(value)?.hides(value) === true;
    return { isSecret: false, hides, cut: (value) => cutBy(chosen(value), value) };
  }

  function listOf({ items, prefixItems = [] }: Schema, at: string): MaybeView {
    const first = prefixItems.map((one, i) => viewOf(one, `${at}[${i}]`));
    const rest = items && viewOf(items, `${at}[]`);
    if (!rest && !first.some(Boolean)) return undefined;
    const viewAt = (i: number) => (i < first.length ? first[i] : rest);
    return within((value) =>
      Array.isArray(value) ? value.flatMap((one, i) => (viewAt(i)?.hides(one) ? [] : [cutBy(viewAt(i), one)])) : value,
    );
  }

  function objectOf({ properties = {}, required = [], ...schema }: Schema, at: string): MaybeView {
    const { patternProperties = {}, additionalProperties } = schema;
    const named = new Map(Object.entries(properties).map(([name, one]) => [name, viewOf(one, `${at}.${name}`)]));
    const patterns = Object.entries(patternProperties).map(
      ([pattern, one]) => [new RegExp(pattern, 'u'), viewOf(one, `${at}.*`)] as const,
    );
    const rest = typeof additionalProperties === 'object' ? viewOf(additionalProperties, `${at}.*`) : undefined;
    if (![...named.values(), ...patterns.map(([, view]) => view), rest].some(Boolean)) return undefined;
    const viewAt = (name: string): MaybeView => {
      if (patterns.length === 0) return named.has(name) ? named.get(name) : rest;
      const matching = patterns.filter(([pattern]) => pattern.test(name)).map(([, view]) => view);
      return named.has(name) || matching.length > 0 ? together([named.get(name), ...matching]) : rest;
    };
    return within((value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
      const seen: Record<string, unknown> = {};
      for (const [name, one] of Object.entries(value)) {
        const view = viewAt(name);
        if (!view?.hides(one)) put(seen, name, cutBy(view, one));
        else if (required.includes(name)) throw new Hidden(`${at}.${name}`);
      }
      return seen;
    });
  }
}

/** An assignment to `__proto__` would change the prototype. */
function put(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
}

const within = (cut: View['cut']): View => ({ isSecret: false, hides: () => false, cut });

/** Applies all views to one value. */
function together(all: MaybeView[]): MaybeView {
  const views = all.filter((one) => one !== undefined);
  if (views.length < 2) return views[0];
  return {
    isSecret: views.some(({ isSecret }) => isSecret),
    hides: (value) => views.some((one) => one.hides(value)),
    cut: (value) => views.reduce((rest, one) => one.cut(rest), value),
  };
}

const isTrueIn = (value: unknown, flag: string | undefined): boolean =>
  flag !== undefined &&
  typeof value === 'object' &&
  value !== null &&
  (value as Record<string, unknown>)[flag] === true;
