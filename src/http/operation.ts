// What a handler receives and returns, derived from the contract's types.
import type { OperationId } from '../../generated/operations.ts';
import type { operations } from '../../generated/types.ts';
import type { TenantDatabase } from '../storage/database.ts';
import type { Tenant } from '../storage/tenant.ts';
import type { AfterCommit, Audit, Emit } from './changes.ts';
import type { KeyLimit } from './keyring.ts';
import { Problem } from './problem.ts';

export type { OperationId };

/** Who calls, with an API key. */
export type Caller = Tenant & {
  keyId: string;
  /** Which of the key's secrets was sent: there are two in the overlap of a rotation. */
  secretDigest: Buffer;
  type: 'secret' | 'publishable';
  permissions: readonly string[];
  /** Requests an hour, where the key has a limit of its own. */
  rateLimit: number | undefined;
  /** The keys whose limits count as well, nearest first. */
  sharedLimits: readonly KeyLimit[];
};

type Body<Id extends OperationId> = operations[Id] extends { requestBody?: infer B }
  ? NonNullable<B> extends { content: { 'application/json': infer J } }
    ? J
    : undefined
  : undefined;
// A type of no fields is wanted here: a handler then cannot read any.
type Params<Id extends OperationId, K extends 'path' | 'query' | 'header'> = operations[Id]['parameters'] extends {
  [key in K]?: infer P;
}
  ? [P] extends [undefined]
    ? Record<never, never>
    : NonNullable<P>
  : Record<never, never>;

/** The areas where an API key stands behind every request. */
type IsKeyed<Id extends OperationId> = 401 extends keyof operations[Id]['responses'] ? true : false;

export type Input<Id extends OperationId> = {
  path: Params<Id, 'path'>;
  query: Params<Id, 'query'>;
  body: Body<Id>;
  headers: Params<Id, 'header'>;
  /** The bytes of the body, without its Content-Encoding; undefined where there is none. */
  raw: Buffer | undefined;
  requestId: string;
  now: Date;
} & (IsKeyed<Id> extends true ? Keyed : Open);

type Keyed = {
  caller: Caller;
  /** The caller's data. On anything but GET all of it happens in one transaction, with the events. */
  db: TenantDatabase;
  /** Says what happened; written with the change, when the handler has answered. */
  emit: Emit;
  /** The same for the audit log: who did what to what. */
  audit: Audit;
  /** For work that is too much for one transaction. */
  afterCommit: AfterCommit;
};
type Open = { caller: undefined };

type Responses<Id extends OperationId> = operations[Id]['responses'];
type SuccessStatus<Id extends OperationId> = Extract<keyof Responses<Id>, 200 | 201 | 202 | 204>;
/** What the handler says of a 2xx body; `success` and `meta` are the front's, where there is an envelope. */
type Content<R> = R extends { content: { 'application/json': infer J } }
  ? J extends { meta: unknown }
    ? Omit<J, 'success' | 'meta'>
    : J
  : Record<never, never>;

declare const answered: unique symbol;
/** What `reply` makes. Opaque: a handler cannot return a bare literal, whose unknown fields TypeScript would not see. */
export type Answer<Id extends OperationId = OperationId> = {
  status: number;
  content: object;
  readonly [answered]: Id;
};
export type Reply<Id extends OperationId> = <S extends SuccessStatus<Id>>(
  status: S,
  content: Content<Responses<Id>[S]>,
) => Answer<Id>;
export type Handler<Id extends OperationId> = (input: Input<Id>, reply: Reply<Id>) => Promise<Answer<Id>>;

/** The handler of an operation that is declared but not written yet: 501 `not_implemented`. */
export const notImplemented = async (): Promise<never> => {
  throw new Problem('not_implemented');
};
