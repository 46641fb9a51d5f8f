// The error class for every response that is not a success.
import { type ErrorCode, errors } from '../../generated/errors.ts';

export type { ErrorCode };

export type ProblemOptions = {
  /** The message for the caller. Default: the text of the registry. */
  message?: string;
  /** The field, parameter or header that caused the error. */
  param?: string;
  /** In seconds. Sent as the header `Retry-After` and as `error.retryAfter`. */
  retryAfter?: number;
  headers?: Record<string, string>;
  /** Only logged, never sent. */
  cause?: unknown;
};

const retrySecondsWhenUnavailable = 5;

/** The header of a 401 (RFC 6750, section 3). It names an error only if a token was sent. */
const challengeOf = (code: ErrorCode): string =>
  `Bearer realm="cstar"${code === 'authentication_required' ? '' : ', error="invalid_token"'}`;

/** Shortens a text to at most this many UTF-16 units without splitting a character. */
export const cutAt = (text: string, lengthMax: number): string =>
  text
    .slice(0, lengthMax)
    .replace(/[\uD800-\uDBFF]$/, '')
    .toWellFormed();

/** An error of the registry, which defines its status and type. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ErrorCode;
  readonly status: number;
  readonly param: string | undefined;
  readonly retryAfter: number | undefined;
  readonly headers: Record<string, string>;

  constructor(code: ErrorCode, { message, param, retryAfter, headers, cause }: ProblemOptions = {}) {
    super(message ?? errors[code].message, { cause });
    this.code = code;
    this.status = errors[code].status;
    this.param = param;
    this.retryAfter = retryAfter ?? (this.status === 503 ? retrySecondsWhenUnavailable : undefined);
    this.headers = {
      ...headers,
      ...(this.status === 401 && { 'WWW-Authenticate': challengeOf(code) }),
      ...(this.retryAfter !== undefined && { 'Retry-After': String(this.retryAfter) }),
    };
  }

  /** The body, as the contract's schema `Error` describes it. Texts of the caller are shortened to the lengths that the schema allows. */
  toBody(requestId: string, publicUrl: string) {
    return {
      success: false as const,
      error: {
        type: errors[this.code].type,
        code: this.code,
        message: cutAt(this.message, 500),
        doc_url: `${publicUrl}/developers/api/errors#${this.code}`,
        request_id: requestId,
        ...(this.param === undefined ? {} : { param: cutAt(this.param, 200) }),
        ...(this.retryAfter === undefined ? {} : { retryAfter: this.retryAfter }),
      },
    };
  }
}
