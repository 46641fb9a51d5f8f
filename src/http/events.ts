// Events as the contract declares them, under `webhooks`.
import type { webhooks } from '../../generated/types.ts';

export type EventType = keyof webhooks & string;
type Payload<T extends EventType> = webhooks[T]['post']['requestBody']['content']['application/json'];
export type EventData<T extends EventType> = Payload<T>['data'];

/** @param resourceId the UUID of the resource that it happened to */
export type Emit = <T extends EventType>(type: T, resourceId: string, data: EventData<T>) => void;

/** What a write has to tell, until it is written. */
export type NewEvent = { type: EventType; resourceId: string; data: object };
