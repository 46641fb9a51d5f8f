// The headers that scripts of another origin may send and read (CORS): those of the contract, and those of HTTP itself.
import { type Contract, operationsOf, parametersOf, successesOf } from './document.ts';

const ofRequests = ['Authorization', 'Content-Type', 'If-Match', 'If-None-Match', 'Last-Event-ID', 'Prefer'];
const ofResponses = ['Allow', 'Content-Disposition', 'ETag', 'Location', 'Preference-Applied'];

const sorted = (names: string[]): string[] => [...new Set(names)].sort();

/** Request headers that a page may send. */
export const requestHeadersOf = (contract: Contract): string[] =>
  sorted([
    ...ofRequests,
    ...[...operationsOf(contract)]
      .flatMap(({ item, operation }) => parametersOf(contract, item, operation))
      .filter((parameter) => parameter.in === 'header')
      .map(({ name }) => name),
  ]);

/** Response headers that a page may read, in addition to those that CORS always allows. */
export const responseHeadersOf = (contract: Contract): string[] =>
  sorted([
    ...ofResponses,
    ...Object.keys(contract.components.headers).map((name) => name.replace('.optional', '')),
    ...[...operationsOf(contract)]
      .flatMap(({ operation }) => successesOf(contract, operation))
      .flatMap(({ response }) => Object.keys(response.headers ?? {})),
  ]);
