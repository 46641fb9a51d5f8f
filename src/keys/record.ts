// Records a change of a key: an audit log entry and an event.

import type { Change, EventType, NewAuditEntry } from '../http/changes.ts';
import { auditedOf, snapshotOf } from '../http/eventFields.ts';
import { type KeyRow, toApiKey } from './apiKey.ts';

type KeyEvent = Extract<EventType, `api_key.${string}`>;
type KeyAction = Extract<NewAuditEntry['action'], `api_key.${string}`>;

/** In events, deactivating and reactivating a key is an update. */
const eventOf: Record<KeyAction, KeyEvent> = {
  'api_key.created': 'api_key.created',
  'api_key.updated': 'api_key.updated',
  'api_key.deactivated': 'api_key.updated',
  'api_key.reactivated': 'api_key.updated',
  'api_key.rotated': 'api_key.rotated',
  'api_key.revoked': 'api_key.revoked',
  'api_key.leaked': 'api_key.leaked',
};

/** @param before null for a new key */
export function record(
  { emit, audit }: Pick<Change, 'emit' | 'audit'>,
  action: KeyAction,
  before: KeyRow | null,
  after: KeyRow,
  now: Date,
): void {
  const audited = (row: KeyRow) => auditedOf('ApiKey', toApiKey(row, now));
  emit(eventOf[action], after.id, { api_key: snapshotOf('ApiKey', toApiKey(after, now)) });
  audit(action, after.id, { before: before && audited(before), after: audited(after) });
}
