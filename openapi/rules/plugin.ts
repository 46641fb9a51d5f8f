// The Redocly plugin `cstar` with our rules for the contract. redocly.yaml enables them.
import type { Contract } from '../../src/contract/document.ts';
import { bundleRules } from './bundleRules.ts';
import { filesUsed } from './filesUsed.ts';
import { type Context, problemsOf, type Rule } from './rule.ts';

export default function cstar() {
  return {
    id: 'cstar',
    rules: {
      oas3: {
        ...Object.fromEntries(Object.entries(bundleRules).map(([name, rule]) => [name, visitor(rule)])),
        'files-used': filesUsed,
      },
    },
    configs: {
      bundle: { rules: Object.fromEntries(Object.keys(bundleRules).map((name) => [`cstar/${name}`, 'error'])) },
      source: { rules: { 'cstar/files-used': 'error' } },
    },
  };
}

const visitor = (rule: Rule) => () => ({
  Root(contract: Contract, { report, location }: Context) {
    for (const { at, message } of problemsOf(rule, contract)) report({ message, location: location.child(at) });
  },
});
