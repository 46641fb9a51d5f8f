import { readFileSync } from 'node:fs';
import type { Contract } from './document.ts';

/** The bundled contract, `generated/openapi.json`. */
export const loadContract = (): Contract =>
  JSON.parse(readFileSync(new URL('../../generated/openapi.json', import.meta.url), 'utf8')) as Contract;
