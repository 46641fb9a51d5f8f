// The errors that the front returns, with the operations that can return them.
import type { Operation, Parameter } from './document.ts';

export type Facts = { path: string; method: string; operation: Operation; parameters: Parameter[] };
/**
 * `limited`: whether the error is returned after the rate limiter, before it, or in both places. `isUsual`: whether callers expect
 * this error for its status, so that it becomes the first example, which the mock plays for `code=`.
 */
type Rule = { code: string; when: (facts: Facts) => boolean; limited: boolean | 'sometimes'; isUsual?: true };

const always = (): boolean => true;
export const isOpen = ({ operation }: Facts): boolean => operation.security.length === 0;
export const isProbe = ({ operation }: Facts): boolean => operation['x-probe'] === true;
const hasBody = ({ operation }: Facts): boolean => operation.requestBody !== undefined;
/** Called before the errors are added, so every response is a success. */
const hasContent = ({ responses }: Operation): boolean => Object.values(responses).some(({ content }) => content);
/** Whether an operation changes nothing: a GET, or a POST with `x-reads`. */
export const isRead = (method: string, operation: Operation): boolean =>
  method === 'get' || operation['x-reads'] === true;
/** Only operations that create or change something need idempotency. */
export const isIdempotent = (facts: Facts): boolean =>
  ['post', 'patch'].includes(facts.method) &&
  !isRead(facts.method, facts.operation) &&
  !isOpen(facts) &&
  !facts.path.includes('/auth/'); // a login or logout can be repeated without one
const schemesOf = ({ security }: Operation): string[] => security.flatMap((requirement) => Object.keys(requirement));
/** Whether the callers of an operation have a session. */
export const isOfSession = (operation: Operation): boolean =>
  schemesOf(operation).some((scheme) => scheme === 'session' || scheme === 'customerSession');
const isKeyed = ({ operation }: Facts): boolean => operation.security.length > 0 && !isOfSession(operation);

/** In the order of the stages. */
const rules: Rule[] = [
  { code: 'https_required', when: (facts) => !isProbe(facts), limited: false },
  { code: 'unsupported_version', when: always, limited: false },
  { code: 'authentication_required', when: (facts) => !isOpen(facts), limited: false },
  { code: 'invalid_key_format', when: isKeyed, limited: false },
  { code: 'invalid_api_key', when: isKeyed, limited: false, isUsual: true },
  { code: 'key_expired', when: isKeyed, limited: false },
  { code: 'invalid_session', when: ({ operation }) => isOfSession(operation), limited: false, isUsual: true },
  { code: 'session_expired', when: ({ operation }) => isOfSession(operation), limited: false },
  { code: 'account_restricted', when: (facts) => !isOpen(facts), limited: false },
  { code: 'rate_limit_exceeded', when: (facts) => !isProbe(facts), limited: true },
  { code: 'team_access_denied', when: ({ path }) => path.includes('{teamId}'), limited: true },
  {
    code: 'publishable_key_write',
    when: (facts) =>
      !isRead(facts.method, facts.operation) &&
      isKeyed(facts) &&
      !schemesOf(facts.operation).includes('publishableKey'),
    limited: true,
  },
  { code: 'insufficient_permissions', when: (facts) => !isOpen(facts), limited: 'sometimes', isUsual: true },
  { code: 'not_acceptable', when: ({ operation }) => hasContent(operation), limited: true },
  { code: 'unsupported_media_type', when: hasBody, limited: true },
  { code: 'payload_too_large', when: hasBody, limited: true },
  { code: 'request_timeout', when: hasBody, limited: true },
  {
    code: 'invalid_json',
    when: ({ operation }) => 'application/json' in (operation.requestBody?.content ?? {}),
    limited: true,
  },
  {
    code: 'parameter_missing',
    when: ({ operation, parameters }) =>
      operation.requestBody?.required === true || parameters.some((one) => one.in !== 'path' && one.required),
    limited: true,
  },
  {
    code: 'parameter_invalid', // an invalid `teamId` returns `team_access_denied` instead
    when: (facts) => hasBody(facts) || isIdempotent(facts) || facts.parameters.some(({ name }) => name !== 'teamId'),
    limited: true,
    isUsual: true,
  },
  { code: 'parameter_unknown', when: always, limited: true },
  {
    code: 'resource_changed',
    when: ({ parameters }) => parameters.some(({ name }) => name === 'If-Match'),
    limited: true,
  },
  { code: 'idempotency_conflict', when: isIdempotent, limited: true },
  { code: 'mock_scenario_unknown', when: always, limited: true },
  { code: 'internal_error', when: always, limited: 'sometimes' },
  { code: 'service_unavailable', when: always, limited: 'sometimes' },
];
/** Errors that only a handler returns come after the limiter. */
export const limitedOf = (code: string): Rule['limited'] => rules.find((rule) => rule.code === code)?.limited ?? true;

/** The handler's own errors come first, then the usual one of the front, then the others in the order of the stages. */
export function byUse(codes: string[]): string[] {
  const place = (code: string): number => {
    const rule = rules.find((one) => one.code === code);
    return rule ? (rule.isUsual ? 1 : 2) : 0;
  };
  return codes.toSorted((a, b) => place(a) - place(b));
}

/** The codes that the front can return for an operation. */
export const codesOf = (facts: Facts): string[] => rules.filter(({ when }) => when(facts)).map(({ code }) => code);
