// What a write leaves behind beside its change: events as the contract declares them under `webhooks`, and audit entries.
import type { components, webhooks } from '../../generated/types.ts';
import type { TenantDatabase } from '../storage/database.ts';
import type { Tenant } from '../storage/tenant.ts';

export type EventType = keyof webhooks & string;
type Payload<T extends EventType> = webhooks[T]['post']['requestBody']['content']['application/json'];
export type EventData<T extends EventType> = Payload<T>['data'];

/** @param resourceId the UUID of the resource that it happened to */
export type Emit = <T extends EventType>(type: T, resourceId: string, data: EventData<T>) => void;

/** What a write has to tell, until it is written. */
export type NewEvent = { type: EventType; resourceId: string; data: object };

type AuditEntry = components['schemas']['AuditEntry'];
/** @param resourceId the UUID of the resource that it was done to */
export type Audit = (
  action: AuditEntry['action'],
  resourceId: string,
  states: Pick<AuditEntry, 'before' | 'after'>,
) => void;
export type NewAuditEntry = Pick<AuditEntry, 'action' | 'before' | 'after'> & { resourceId: string };

/** Who makes a change, and on whose behalf it is written down. */
export type Author = { actor: AuditEntry['actor']; requestId: string; now: Date };
export type Change = { db: TenantDatabase; emit: Emit; audit: Audit };
/** Makes a change of a tenant's data in one transaction, with its audit entries and, last, its events. */
export type MakeChange = <T>(tenant: Tenant, author: Author, work: (change: Change) => Promise<T>) => Promise<T>;
