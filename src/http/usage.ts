// What is counted of the requests of a key.
import type { KeyCaller } from './operation.ts';

/** One request of a key, with its response status. */
export type Use = { caller: KeyCaller; operationId: string; status: number; at: Date };
/** Counts a request with a valid key when its response is sent. */
export type Meter = { count(use: Use): void };
