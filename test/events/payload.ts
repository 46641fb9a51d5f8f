// Judges an event by the declaration of its type under `webhooks`, closed: an extra field is a problem.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { contract, type Node } from '../support/judge.ts';

export const eventTypes = Object.keys(contract.webhooks);

const ajv = new Ajv2020({ strict: false, allErrors: true });
(formats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema(closed(contract), 'contract');
const validators = new Map<string, ValidateFunction>(eventTypes.map((type) => [type, validatorOf(type)]));

function validatorOf(type: string): ValidateFunction {
  const { schema } = contract.webhooks[type].post.requestBody.content['application/json'];
  return ajv.compile({ $ref: `contract${schema.$ref}` });
}

/** Empty if the event equals the declaration. */
export function problemsOfPayload(event: Node): string[] {
  const validate = validators.get(event.type);
  if (!validate) return [`${event.type} is not declared`];
  return validate(event) ? [] : [ajv.errorsText(validate.errors)];
}

function closed(node: any): any {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  return copy.type === 'object' && copy.properties ? { ...copy, additionalProperties: false } : copy;
}
