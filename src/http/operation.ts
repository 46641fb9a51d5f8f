// What a handler receives and returns, derived from the contract's types. `Op` is an operation in `generated/types.ts`.
import type { FrontHeader } from '../contract/complete.ts';
import type { TenantDatabase } from '../storage/database.ts';
import type { Tenant } from '../storage/tenant.ts';
import type { AfterCommit, Audit, Emit } from './changes.ts';
import type { KeyLimit } from './keyring.ts';
import { Problem } from './problem.ts';

/** Who sent a request. `scheme` is the security scheme that identified the caller. */
export type Caller = KeyCaller | SessionCaller;

/** A caller with an API key. */
export type KeyCaller = Tenant & {
  scheme: 'secretKey' | 'publishableKey';
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

/** A user of the dashboard, or a customer in the chat widget. */
export type SessionCaller = Tenant & {
  scheme: 'session' | 'customerSession';
  sessionId: string;
  /** The UUID of the user or customer. */
  subjectId: string;
  permissions: readonly string[];
};

export const hasKey = (caller: Caller): caller is KeyCaller => 'keyId' in caller;
/** Whether a caller belongs to the team, so that nothing is hidden from it. */
export const isOfTeam = ({ scheme }: Caller): boolean => scheme === 'secretKey' || scheme === 'session';

/** An operation as openapi-typescript describes it. */
type AnyOperation = { parameters: object; requestBody?: unknown; responses: object };

type Body<Op extends AnyOperation> = Op extends { requestBody: { content: infer C } }
  ? C[keyof C]
  : NonNullable<Op['requestBody']> extends { content: infer C }
    ? C[keyof C] | undefined
    : undefined;
// An empty type on purpose: a handler cannot read any field of it.
type Params<Op extends AnyOperation, K extends 'path' | 'query' | 'header'> = Op['parameters'] extends {
  [key in K]?: infer P;
}
  ? [P] extends [undefined]
    ? Record<never, never>
    : NonNullable<P>
  : Record<never, never>;

/** The areas where every caller is identified. */
type IsKeyed<Op extends AnyOperation> = 401 extends keyof Op['responses'] ? true : false;

export type Input<Op extends AnyOperation, Item = never, By = KeyCaller> = {
  path: Params<Op, 'path'>;
  query: Params<Op, 'query'>;
  body: Body<Op>;
  headers: Params<Op, 'header'>;
  /** The bytes of the body after Content-Encoding was decoded. Undefined without a body. */
  raw: Buffer | undefined;
  requestId: string;
  now: Date;
} & ('If-Match' extends keyof Params<Op, 'header'> ? Conditional : unknown) &
  ([Item] extends [never] ? unknown : Streaming) &
  (IsKeyed<Op> extends true ? Keyed<By> : Open);

type Keyed<By> = {
  caller: By;
  /** The caller's data. In a write, all statements run in one transaction, together with the events. */
  db: TenantDatabase;
  /** Records an event. It is stored with the change, after the handler has returned. */
  emit: Emit;
  /** Records an audit log entry in the same way. */
  audit: Audit;
  /** Registers work that is too long for one transaction. */
  afterCommit: AfterCommit;
};
type Open = { caller: undefined };
type Streaming = {
  /** Aborted when nobody waits for the response any more. The stream should end then. */
  signal: AbortSignal;
};
type Conditional = {
  /**
   * Compares the header `If-Match` with what a GET of the resource returns now, without `success` and `meta`.
   * @throws 412 `resource_changed`
   */
  refuseIfChanged(content: object): void;
};

type SuccessStatus<Op extends AnyOperation> = Extract<keyof Op['responses'], 200 | 201 | 202 | 204 | 302 | 303>;
/**
 * The part of a success that the handler provides. For JSON, the front adds `success` and `meta` where there is an envelope. A list
 * that is also available as CSV or NDJSON is written from the same `data`; without JSON, it is a stream of items.
 */
type Content<R, Item> = R extends { content: infer C }
  ? C extends { 'application/json': infer J }
    ? J extends { meta: unknown }
      ? Omit<J, 'success' | 'meta'>
      : J
    : [Item] extends [never]
      ? C[keyof C]
      : AsyncIterable<Item>
  : undefined;
/** The headers that the operation declares itself. The front sets the others. */
type OwnHeaders<R> = R extends { headers: infer H }
  ? { [Name in keyof H as string extends Name ? never : Name extends FrontHeader ? never : Name]: H[Name] }
  : Record<never, never>;
type Rest<R, Item> =
  Record<never, never> extends OwnHeaders<R>
    ? undefined extends Content<R, Item>
      ? [content?: undefined, headers?: OwnHeaders<R>]
      : [content: Content<R, Item>, headers?: OwnHeaders<R>]
    : [content: Content<R, Item>, headers: OwnHeaders<R>];

declare const answered: unique symbol;
/** The result of `reply`. Opaque, because TypeScript would not find unknown fields in a literal that a handler returns. */
export type Answer<Op extends AnyOperation> = { status: number; readonly [answered]: Op };
export type Reply<Op extends AnyOperation, Item = never> = <S extends SuccessStatus<Op>>(
  status: S,
  ...rest: Rest<Op['responses'][S], Item>
) => Answer<Op>;
/** `Item` is the type of `x-item`, for responses that are streams. `By` is the kind of caller. */
export type Handler<Op extends AnyOperation, Item = never, By = KeyCaller> = (
  input: Input<Op, Item, By>,
  reply: Reply<Op, Item>,
) => Promise<Answer<Op>>;

/** The handler of an operation that is declared but not implemented yet: 501 `not_implemented`. */
export const notImplemented = async (): Promise<never> => {
  throw new Problem('not_implemented');
};
