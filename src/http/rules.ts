// What the front reads from the contract while it runs. Each part is made on first use, because a start does not need it.
import type { Contract } from '../contract/document.ts';
import { type Audience, createAudience } from './audience.ts';
import { createExplain, type Explain } from './explain.ts';
import { createSchemaChecks, type SchemaChecks } from './schemaChecks.ts';

export type Rules = {
  /** Finds the error for an invalid request. */
  explain: Explain;
  /** Hides secret fields. */
  audience: Audience;
  /** Checks the headers and the streamed items of responses. */
  checks: SchemaChecks;
};

export const rulesOf = (contract: () => Contract): Rules => ({
  explain: createExplain(contract),
  audience: createAudience(contract),
  checks: createSchemaChecks(contract),
});
