// The guard of the tests: the compiled one, or with GUARD=validator express-openapi-validator.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { compileFunction } from 'node:vm';
import type { Contract } from '../../src/contract/document.ts';
import { createGuardCode, type Validators } from '../../src/contract/guardCode.ts';
import { compiledGuard } from '../../src/http/compiledGuard.ts';
import type { Guard } from '../../src/http/guard.ts';
import type { Operation } from '../../src/http/router.ts';
import { validatorGuard } from '../../src/http/validatorGuard.ts';

const require = createRequire(import.meta.url);
const formats = resolve('src/contract/exactFormats.ts');

/** A guard of the published contract, or with `operations` of any other, for which it compiles what `npm run generate` would write. */
export function guardOf(contract: Contract, operations?: readonly Operation[]): Guard {
  if (process.env.GUARD === 'validator') return validatorGuard(contract, operations);
  if (!operations) return compiledGuard();
  const codeOf = createGuardCode(contract, formats);
  return compiledGuard(operations, (tag) => {
    const validators = {} as Validators;
    compileFunction(codeOf(tag), ['exports', 'require'])(validators, require);
    return validators;
  });
}
