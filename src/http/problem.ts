// The one way to answer anything but success.
import { type ErrorCode, errors } from '../../generated/errors.ts';

export type { ErrorCode };

export type ProblemOptions = {
  /** For the caller; the registry's text unless given. */
  message?: string;
  /** The field, parameter or header at fault. */
  param?: string;
  /** Seconds; becomes the header `Retry-After` and `error.retryAfter`. */
  retryAfter?: number;
  headers?: Record<string, string>;
  /** For the log only. */
  cause?: unknown;
};

const retrySecondsWhenUnavailable = 5;

/** What goes with a 401 (RFC 6750, section 3): an error is named only when a token was sent. */
const challengeOf = (code: ErrorCode): string =>
  `Bearer realm="cstar"${code === 'authentication_required' ? '' : ', error="invalid_token"'}`;

/** At most that many characters of a text, and none of them halved. */
export const cutAt = (text: string, lengthMax: number): string =>
  text
    .slice(0, lengthMax)
    .replace(/[\uD800-\uDBFF]$/, '')
    .toWellFormed();

/** An error of the registry: status and family come from there. */
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

  /** The body of the contract's schema `Error`; what the caller sent is cut to the lengths that it allows. */
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
