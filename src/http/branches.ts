// Chooses the branch of a union (`anyOf`, `oneOf`) that explains an invalid value best: by the JSON type of the value, then by the
// discriminator, else by the number of property names that the value shares with each branch.
import type { Schema } from '../contract/document.ts';
import { type Resolve, typesOf } from './words.ts';

/** The branch to explain a value with, or a fault that concerns the union as a whole. */
export type Meant =
  | { kind: 'branch'; branch: Schema }
  | { kind: 'none' }
  | { kind: 'missing'; name: string }
  | { kind: 'value'; name: string; schema: Schema }
  | { kind: 'alternatives'; names: string[] };

export function branchFor(union: Schema, branches: Schema[], value: unknown, resolve: Resolve): Meant {
  const ofType = branches.map(resolve).filter((branch) => admitsType(branch, value));
  if (!isObject(value)) return ofType.length === 1 ? { kind: 'branch', branch: ofType[0] as Schema } : { kind: 'none' };
  const names = ofType.flatMap(requiredAlone);
  if (ofType.length > 1 && names.length === ofType.length) return { kind: 'alternatives', names };
  const name = ofType.length > 1 ? discriminatorOf(union, ofType, resolve) : undefined;
  if (name === undefined) return closest(ofType, value, resolve);
  if (!Object.hasOwn(value, name)) return { kind: 'missing', name };
  const fitting = ofType.filter((branch) => valuesOf(branch, name, resolve).includes(value[name]));
  if (fitting.length > 0) return closest(fitting, value, resolve);
  return { kind: 'value', name, schema: { enum: [...new Set(ofType.flatMap((one) => valuesOf(one, name, resolve)))] } };
}

/** The property that a branch requires, if the branch has no other content. */
export const requiredAlone = (branch: Schema): string[] => {
  const required = (branch.required ?? []) as string[];
  return required.length === 1 && branch.properties === undefined ? required : [];
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function admitsType(branch: Schema, value: unknown): boolean {
  const types = typesOf(branch);
  if (types.length === 0) return true;
  const actual = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  return types.includes(actual) || (actual === 'number' && types.includes('integer'));
}

/** The discriminator that the contract declares, or else the first property with a const or enum in every branch. */
function discriminatorOf(union: Schema, branches: Schema[], resolve: Resolve): string | undefined {
  const told = (union.discriminator as { propertyName: string } | undefined)?.propertyName;
  const names = told === undefined ? Object.keys(propertiesOf(branches[0] as Schema, resolve)) : [told];
  return names.find((name) => branches.every((branch) => valuesOf(branch, name, resolve).length > 0));
}

function valuesOf(branch: Schema, name: string, resolve: Resolve): unknown[] {
  const property = propertiesOf(branch, resolve)[name];
  if (!property) return [];
  const { enum: values, const: constant } = resolve(property) as Schema & { enum?: unknown[] };
  return values ?? (constant === undefined ? [] : [constant]);
}

function propertiesOf(branch: Schema, resolve: Resolve): Record<string, Schema> {
  const { properties, allOf = [] } = branch as Schema & { allOf?: Schema[] };
  return Object.assign({}, ...allOf.map((one) => propertiesOf(resolve(one), resolve)), properties);
}

function closest(branches: Schema[], value: Record<string, unknown>, resolve: Resolve): Meant {
  const inCommon = (branch: Schema): number =>
    Object.keys(propertiesOf(branch, resolve)).filter((name) => Object.hasOwn(value, name)).length;
  const [branch] = branches.toSorted((a, b) => inCommon(b) - inCommon(a));
  return branch ? { kind: 'branch', branch } : { kind: 'none' };
}
