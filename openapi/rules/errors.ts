// The contract contains the error registry, in `x-errors` beside the enum of codes.
import { type Contract, type Example, resolve } from '../../src/contract/document.ts';
import { bodiesOf, responsesOf } from './bodies.ts';
import type { Place, Problem } from './rule.ts';

const registryPlace: Place = ['components', 'schemas', 'ErrorCode', 'x-errors'];
const texts = ['title', 'message', 'cause', 'fix'];
const fields = ['status', 'type', ...texts, 'param'];

/** `ErrorCode.enum` and the keys of `x-errors` are equal; each entry has status, type, title, message, cause and fix. */
export function* errorRegistry(contract: Contract): Generator<Problem> {
  const { ErrorCode, ErrorType } = contract.components.schemas;
  const registry = Object.entries<Record<string, unknown>>(ErrorCode['x-errors']);
  const codes = registry.map(([code]) => code);
  for (const code of new Set(codes).symmetricDifference(new Set(ErrorCode.enum)))
    yield { at: registryPlace, message: `${code} must be in both enum and x-errors.` };
  for (const [code, entry] of registry) {
    const at = [...registryPlace, code];
    if (!Number.isInteger(entry.status) || Number(entry.status) < 400 || Number(entry.status) > 599)
      yield { at, message: `${code} must have a status from 400 to 599.` };
    if (!(ErrorType?.enum as unknown[] | undefined)?.includes(entry.type))
      yield { at, message: `${entry.type} is not in ErrorType.` };
    for (const text of texts)
      if (typeof entry[text] !== 'string' || entry[text] === '') yield { at, message: `${code} has no ${text}.` };
    for (const field of Object.keys(entry).filter((one) => !fields.includes(one)))
      yield { at: [...at, field], message: `${field} is not a field of an entry in x-errors.` };
  }
}

/** Status 422 is not used. An invalid request returns a 400 that names the parameter. */
export function* no422(contract: Contract): Generator<Problem> {
  const message = 'Status 422 is not used. Return 400 and name the parameter.';
  for (const { status, at } of responsesOf(contract)) if (status === '422') yield { at, message };
  for (const [code, { status }] of Object.entries(contract.components.schemas.ErrorCode['x-errors']))
    if (status === 422) yield { at: [...registryPlace, code], message };
}

/** An error response has one example for each code in its description. The example has the name, status and type of the code. */
export function* errorExamples(contract: Contract): Generator<Problem> {
  const registry = contract.components.schemas.ErrorCode['x-errors'];
  const declared = new Map([...responsesOf(contract)].map(({ at, response }) => [at.join('/'), response.description]));
  for (const { status, media, at } of bodiesOf(contract)) {
    if (!/^[45]/.test(status)) continue;
    const examples = Object.entries(media.examples ?? {});
    const codes = declared.get(at.slice(0, -2).join('/'))?.match(/(?<=`)[a-z_]+(?=`:)/g) ?? [];
    for (const code of new Set(codes).symmetricDifference(new Set(examples.map(([name]) => name))))
      yield { at, message: `${code} must be in both the description and the examples.` };
    for (const [name, example] of examples) {
      const { error } = resolve<Example>(contract, example).value as { error?: { code?: string; type?: string } };
      const entry = registry[name];
      const here = [...at, 'examples', name];
      if (error?.code !== name) yield { at: here, message: `The example ${name} shows the code ${error?.code}.` };
      if (entry?.status !== Number(status))
        yield { at: here, message: `The status of ${name} in the registry is not ${status}.` };
      if (entry && error?.type !== entry.type) yield { at: here, message: `${name} must have the type ${entry.type}.` };
    }
  }
}
