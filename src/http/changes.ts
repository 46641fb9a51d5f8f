// What a write records besides its change: events as the contract declares them under `webhooks`, and audit log entries.
import type { components, webhooks } from '../../generated/types.ts';
import type { TenantDatabase } from '../storage/database.ts';
import type { Tenant } from '../storage/tenant.ts';

export type EventType = keyof webhooks & string;
type Payload<T extends EventType> = webhooks[T]['post']['requestBody']['content']['application/json'];
export type EventData<T extends EventType> = Payload<T>['data'];

/** @param resourceId the UUID of the resource that the event is about */
export type Emit = <T extends EventType>(type: T, resourceId: string, data: EventData<T>) => void;

/** An event that a write has recorded and not yet stored. */
export type NewEvent = { type: EventType; resourceId: string; data: object };

type AuditEntry = components['schemas']['AuditEntry'];
/** @param resourceId the UUID of the resource that was changed */
export type Audit = (
  action: AuditEntry['action'],
  resourceId: string,
  states: Pick<AuditEntry, 'before' | 'after'>,
) => void;
export type NewAuditEntry = Pick<AuditEntry, 'action' | 'before' | 'after'> & { resourceId: string };

/** Who makes a change, by which request and when. */
export type Author = { actor: AuditEntry['actor']; requestId: string; now: Date };

/** Runs one step of work in its own transaction. */
export type Step = <T>(run: (db: TenantDatabase) => Promise<T>) => Promise<T>;
/**
 * Registers work that is too long for one transaction. It starts after the change is committed, and the response waits for it.
 * If it fails, the caller gets an error and sends the request again, so it must be safe to repeat.
 */
export type AfterCommit = (work: (step: Step) => Promise<void>) => void;
export type Change = { db: TenantDatabase; emit: Emit; audit: Audit; afterCommit: AfterCommit };
/** Makes a change to a tenant's data in one transaction, together with its audit entries and, as the last statement, its events. */
export type MakeChange = <T>(tenant: Tenant, author: Author, work: (change: Change) => Promise<T>) => Promise<T>;
