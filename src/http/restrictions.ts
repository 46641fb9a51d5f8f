// The restrictions of a key: addresses, pages and operations. An empty list restricts nothing.
import { addressRangeOf, clientAddressOf, liesWithin } from './addresses.ts';
import { covers, placeOf, type ReferrerHeaders, referrerPatternOf } from './referrers.ts';

export type Restrictions = { ipAddresses: string[]; referrers: string[]; endpoints: string[] };

export const unrestricted: Restrictions = { ipAddresses: [], referrers: [], endpoints: [] };

/** Each function returns whether the restriction allows the request. */
export type Admission = {
  address(client: { ip?: string | undefined }): boolean;
  referrer(headers: ReferrerHeaders): boolean;
  operation(operation: NamedOperation): boolean;
};
type NamedOperation = { operationId: string; tag: string };

/**
 * Parses the restrictions of a key. Done once per cached key; the result is used for every request.
 * @throws Error if a text is not valid by the contract
 */
export function admissionOf({ ipAddresses, referrers, endpoints }: Restrictions): Admission {
  const ranges = ipAddresses.map(addressRangeOf);
  const patterns = referrers.map(referrerPatternOf);
  const names = new Set(endpoints);
  return {
    address(client) {
      if (ranges.length === 0) return true;
      const address = clientAddressOf(client.ip ?? ''); // Express computes it on every read
      return address !== undefined && ranges.some((range) => liesWithin(address, range));
    },
    referrer(headers) {
      if (patterns.length === 0) return true;
      const place = placeOf(headers);
      return place !== undefined && patterns.some((pattern) => covers(pattern, place));
    },
    operation({ operationId, tag }) {
      return names.size === 0 || names.has(operationId) || names.has(tag);
    },
  };
}

/**
 * The restrictions in which `inner` allows something that `outer` does not.
 * Each range or pattern must lie within a single entry of the other list, even if several entries together would cover it.
 */
export function widened(
  inner: Restrictions,
  outer: Restrictions,
  operations: readonly NamedOperation[],
): (keyof Restrictions)[] {
  const isWider: Record<keyof Restrictions, () => boolean> = {
    ipAddresses() {
      const outerRanges = outer.ipAddresses.map(addressRangeOf);
      return !inner.ipAddresses.map(addressRangeOf).every((range) => outerRanges.some((one) => liesWithin(range, one)));
    },
    referrers() {
      const outerPatterns = outer.referrers.map(referrerPatternOf);
      return !inner.referrers
        .map(referrerPatternOf)
        .every((pattern) => outerPatterns.some((one) => covers(one, pattern)));
    },
    endpoints() {
      const [ofInner, ofOuter] = [admissionOf(inner), admissionOf(outer)];
      return operations.some((operation) => ofInner.operation(operation) && !ofOuter.operation(operation));
    },
  };
  return kinds.filter((kind) => outer[kind].length > 0 && (inner[kind].length === 0 || isWider[kind]()));
}

const kinds = ['ipAddresses', 'referrers', 'endpoints'] as const;
