// The usage of a key, as the API returns it and as a test counts it.
import type { components } from '../../generated/types.ts';
import { type Backend, clientOf, keys, team } from '../support/client.ts';

export type Usage = components['schemas']['ApiKeyUsage'];
type Counts = Omit<components['schemas']['OperationUsage'], 'operationId'>;
export type Tally = Record<string, Counts>;

/** @param key a key that can read keys; the server may have other demo data than the run */
export async function usageOf(
  backend: Backend,
  keyId: string,
  { key = keys.secretTest, ...query }: { from?: string; to?: string; key?: string } = {},
): Promise<Usage> {
  const { data } = await clientOf(backend, key).GET('/api/v1/teams/{teamId}/api-keys/{keyId}/usage', {
    params: { path: { teamId: team.id, keyId }, query },
  });
  if (!data) throw new Error('the usage was not read');
  return data.data;
}

export const none: Counts = { requests: 0, clientErrors: 0, rateLimited: 0, serverErrors: 0 };

/** Counts one more response with this status. */
export function count(tally: Tally, operationId: string, status: number): void {
  const counts = { ...none, ...tally[operationId] };
  counts.requests++;
  if (status === 429) counts.rateLimited++;
  else if (status >= 500) counts.serverErrors++;
  else if (status >= 400) counts.clientErrors++;
  tally[operationId] = counts;
}

const plus = (one: Counts, other: Counts): Counts => ({
  requests: one.requests + other.requests,
  clientErrors: one.clientErrors + other.clientErrors,
  rateLimited: one.rateLimited + other.rateLimited,
  serverErrors: one.serverErrors + other.serverErrors,
});
const countsOf = ({ requests, clientErrors, rateLimited, serverErrors }: Counts): Counts => ({
  ...{ requests, clientErrors, rateLimited, serverErrors },
});
export const sumOf = (all: Counts[]): Counts => all.reduce(plus, none);

/** Usage by operation, over all hours, because a run can cross the start of an hour. */
export function byOperation({ hours }: Usage): Tally {
  const operations = Map.groupBy(
    hours.flatMap((hour) => hour.operations),
    ({ operationId }) => operationId,
  );
  return Object.fromEntries([...operations].map(([id, counts]) => [id, sumOf(counts.map(countsOf))]));
}

/** The totals above the operations, of every hour and of the period. */
export const isConsistent = (usage: Usage): boolean =>
  [usage, ...usage.hours].every((level) => {
    const parts = 'operations' in level ? level.operations : level.hours;
    return JSON.stringify(countsOf(level)) === JSON.stringify(sumOf(parts.map(countsOf)));
  });
