// The usual guard. Its validators were compiled by `npm run generate`; those of a tag are loaded on its first request.
import { createRequire } from 'node:module';
import { operationTable } from '../../generated/operations.ts';
import type { Validator, Validators } from '../contract/guardCode.ts';
import type { Guard } from './guard.ts';
import type { Operation } from './router.ts';

export type LoadValidators = (tag: string) => Validators;

const require = createRequire(import.meta.url);
const loadGenerated: LoadValidators = (tag) => require(`../../generated/guard/${tag}.cjs`);

export function compiledGuard(
  operations: readonly Operation[] = operationTable,
  load: LoadValidators = loadGenerated,
): Guard {
  const byTag = new Map<string, Validators>();
  const validatorsOf = (tag: string): Validators => {
    const known = byTag.get(tag) ?? load(tag);
    byTag.set(tag, known);
    return known;
  };

  return {
    request(req) {
      const { operation, params, query } = req.context;
      const { operationId, tag } = operation;
      const { parameters, bodies } = validatorsOf(tag);
      const given = { path: { ...params }, query, header: req.headers };
      if (!(parameters[operationId] as Validator)(given)) return false;
      const ofBody = operation.body && bodies[`${operationId} ${req.headers['content-type']}`];
      return !ofBody || ofBody(req.body);
    },
    response({ context: { operation } }, status, body) {
      const { responses } = validatorsOf(operation.tag);
      const validate = responses[status < 400 ? `${operation.operationId} ${status}` : 'error'];
      if (!validate) return new Error(`${operation.operationId} declares no JSON for status ${status}`);
      return validate(body) ? undefined : violationOf(validate);
    },
    async warm() {
      for (const { tag } of operations) validatorsOf(tag);
    },
  };
}

/** Names the field and the rule, not the value, which may be secret. */
function violationOf({ errors }: Validator): Error {
  const texts = errors?.map(
    ({ instancePath, keyword, params }) => `${instancePath} ${keyword} ${JSON.stringify(params)}`,
  );
  return new Error(`the response does not fit the contract: ${texts?.join(', ')}`);
}
