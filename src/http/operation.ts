// What a handler receives and returns, derived from the contract's types.
import type { OperationId } from '../../generated/operations.ts';
import type { operations } from '../../generated/types.ts';
import type { TenantDatabase } from '../storage/database.ts';
import type { Tenant } from '../storage/tenant.ts';
import type { AfterCommit, Audit, Emit } from './changes.ts';
import type { KeyLimit } from './keyring.ts';
import { Problem } from './problem.ts';

export type { OperationId };

/** The caller, identified by an API key. */
export type Caller = Tenant & {
  keyId: string;
  /** The digest of the secret that was sent. During the overlap of a rotation, a key has two secrets. */
  secretDigest: Buffer;
  type: 'secret' | 'publishable';
  permissions: readonly string[];
  /** Requests per hour, if the key has its own limit. */
  rateLimit: number | undefined;
  /** The keys whose limits this key shares, nearest first. */
  sharedLimits: readonly KeyLimit[];
};

type Body<Id extends OperationId> = operations[Id] extends { requestBody?: infer B }
  ? NonNullable<B> extends { content: { 'application/json': infer J } }
    ? J
    : undefined
  : undefined;
// An empty type on purpose: a handler cannot read any field of it.
type Params<Id extends OperationId, K extends 'path' | 'query' | 'header'> = operations[Id]['parameters'] extends {
  [key in K]?: infer P;
}
  ? [P] extends [undefined]
    ? Record<never, never>
    : NonNullable<P>
  : Record<never, never>;

/** The areas where every request has an API key. */
type IsKeyed<Id extends OperationId> = 401 extends keyof operations[Id]['responses'] ? true : false;

export type Input<Id extends OperationId> = {
  path: Params<Id, 'path'>;
  query: Params<Id, 'query'>;
  body: Body<Id>;
  headers: Params<Id, 'header'>;
  /** The bytes of the body after Content-Encoding was decoded. Undefined without a body. */
  raw: Buffer | undefined;
  requestId: string;
  now: Date;
} & (IsKeyed<Id> extends true ? Keyed : Open);

type Keyed = {
  caller: Caller;
  /** The caller's data. For all methods but GET, all statements run in one transaction, together with the events. */
  db: TenantDatabase;
  /** Records an event. It is stored with the change, after the handler has returned. */
  emit: Emit;
  /** Records an audit log entry in the same way. */
  audit: Audit;
  /** Registers work that is too long for one transaction. */
  afterCommit: AfterCommit;
};
type Open = { caller: undefined };

type Responses<Id extends OperationId> = operations[Id]['responses'];
type SuccessStatus<Id extends OperationId> = Extract<keyof Responses<Id>, 200 | 201 | 202 | 204>;
/** The part of a 2xx body that the handler provides. The front adds `success` and `meta` where there is an envelope. */
type Content<R> = R extends { content: { 'application/json': infer J } }
  ? J extends { meta: unknown }
    ? Omit<J, 'success' | 'meta'>
    : J
  : Record<never, never>;

declare const answered: unique symbol;
/** The result of `reply`. Opaque, because TypeScript would not find unknown fields in a literal that a handler returns. */
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

/** The handler of an operation that is declared but not implemented yet: 501 `not_implemented`. */
export const notImplemented = async (): Promise<never> => {
  throw new Problem('not_implemented');
};
