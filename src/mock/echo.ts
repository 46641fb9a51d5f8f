// Copies the fields of a write into its response. A field of the request is copied to the field with the same name if the response
// schema allows its value.
import { type Contract, resolverOf, type Schema } from '../contract/document.ts';
import { createValidators } from '../contract/validators.ts';
import { Problem } from '../http/problem.ts';
import { isOurs, isUuid, newUuid, toPrefixed, toUuid } from '../storage/ids.ts';
import type { Row } from './rows.ts';

/** `now` is the time of the request. On a create, fields that were not sent take their defaults. */
type Write = { request: Schema; response: Schema; sent: Row; isCreate: boolean; now: Date };
export type Echo = (write: Write, base: Row) => Row;

export function createEcho(contract: Contract): Echo {
  const resolve = resolverOf(contract);
  const validatorOf = createValidators(contract.components.schemas);
  const fits = (schema: Schema, value: unknown): boolean => validatorOf(schema)(value);
  return (write, base) => {
    const row = fields(write, base);
    Object.assign(row, effects(write));
    setTimes(write, row);
    return write.isCreate ? withNewId(write, row) : row;
  };

  function fields({ request, response, sent, isCreate }: Omit<Write, 'now'>, base: Row): Row {
    const row = { ...base };
    for (const [name, from] of Object.entries(request.properties ?? {})) {
      const to = response.properties?.[name];
      if (!to || isOwn(to, resolve(to))) continue;
      const [wanted, shown] = [resolve(from), resolve(to)];
      const isSent = Object.hasOwn(sent, name);
      const value = isSent
        ? echoed(name, wanted, shown, sent[name], isCreate ? empty(shown, base[name]) : base[name], isCreate)
        : isCreate
          ? (from.default ?? wanted.default ?? empty(shown, base[name]))
          : base[name];
      if (value !== undefined && fits(shown, value)) row[name] = value;
    }
    return row;
  }

  function echoed(
    name: string,
    wanted: Schema,
    shown: Schema,
    value: unknown,
    base: unknown,
    isCreate: boolean,
  ): unknown {
    if (typeof value === 'string') return spelt(name, shown, value);
    if (!isObject(value)) return value;
    const before = isObject(base) ? base : {};
    if (shown.properties) return fields({ request: wanted, response: shown, sent: value, isCreate }, before);
    return takesNull(wanted) ? merged(before, value) : value;
  }

  /** The value of a field that was not set: null, an empty list or an empty object, where the schema allows that. */
  function empty(node: Schema, example: unknown): unknown {
    const schema = resolve(node);
    if (typesOf(schema).includes('null')) return null;
    if (typesOf(schema).includes('array') && !schema.minItems) return [];
    if (!typesOf(schema).includes('object')) return example;
    const before = isObject(example) ? example : {};
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, empty(inner, before[name])]),
    );
  }

  /** `x-sets` declares how a field of the request changes other fields of the response. */
  function effects({ request, sent }: Write): Row {
    return Object.fromEntries(
      Object.entries(request.properties ?? {}).flatMap(([name, schema]) =>
        Object.hasOwn(sent, name) ? Object.entries(schema['x-sets']?.[String(sent[name])] ?? {}) : [],
      ),
    );
  }
}

/** Secrets, ids from the path and facts about the caller are never copied from a body. */
const isOwn = (to: Schema, shown: Schema): boolean =>
  ['x-shown-once', 'x-from-path', 'x-from-caller'].some((mark) => (to[mark] ?? shown[mark]) !== undefined);

const isObject = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);
const typesOf = ({ type = [] }: Schema): readonly string[] => (typeof type === 'string' ? [type] : type);
const prefixOf = ({ pattern }: Schema): string | undefined => /^\^([a-z]{2,4})_\[/.exec(String(pattern))?.[1];

/** @throws 404 for a UUID that this API cannot have created, as on the server */
function spelt(param: string, shown: Schema, value: string): string {
  const prefix = prefixOf(shown);
  if (prefix !== undefined && isUuid(value)) {
    if (!isOurs(value)) throw new Problem('resource_missing', { param });
    return toPrefixed(prefix, toUuid(value));
  }
  return shown.format === 'date-time' ? new Date(value).toISOString() : value;
}

/** Whether a map allows null values. Such a map is merged, and null removes a key. */
const takesNull = ({ additionalProperties, patternProperties }: Schema): boolean =>
  [additionalProperties, ...Object.values(patternProperties ?? {})].some(
    (one) => isObject(one) && typesOf(one as Schema).includes('null'),
  );
const merged = (before: Row, changes: Row): Row =>
  Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null));

/** Sets times by `x-clock`: at creation, at every write, or while another field has one of the listed values. */
function setTimes({ response, isCreate, now }: Write, row: Row): void {
  for (const [name, { 'x-clock': clock }] of Object.entries(response.properties ?? {})) {
    if (clock === 'write' || (clock === 'create' && isCreate)) row[name] = now.toISOString();
    if (typeof clock !== 'object') continue;
    const isSet = Object.entries(clock).every(([field, values]) => values.includes(row[field] as string));
    row[name] = isSet ? (isCreate ? now.toISOString() : (row[name] ?? now.toISOString())) : null;
  }
}

/** Gives a new resource a new ID, in both spellings. */
function withNewId({ now }: Write, row: Row): Row {
  const { id, uuid } = row;
  if (typeof id !== 'string' || typeof uuid !== 'string') return row;
  const fresh = newUuid(now);
  return { ...row, id: toPrefixed(id.slice(0, id.indexOf('_')), fresh), uuid: fresh };
}
