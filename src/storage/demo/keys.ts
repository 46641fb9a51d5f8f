// The demo keys: the four kinds, and one for every reason to reject a key. Server and mock create them from this table.
import type { KeyKind } from '../keyText.ts';

type DemoKind = KeyKind & {
  /** Default: all permissions of the type. */
  permissions?: string[];
  restrictions?: { ipAddresses?: string[]; referrers?: string[]; endpoints?: string[] };
  state?: 'expired' | 'revoked' | 'deactivated' | 'personDeactivated';
};
const secretTest = { type: 'secret', environment: 'test' } as const;

const demoKinds = {
  secretLive: { type: 'secret', environment: 'live' },
  secretTest,
  publishableLive: { type: 'publishable', environment: 'live' },
  publishableTest: { type: 'publishable', environment: 'test' },
  expired: { ...secretTest, state: 'expired' },
  revoked: { ...secretTest, state: 'revoked' },
  deactivated: { ...secretTest, state: 'deactivated' },
  personDeactivated: { ...secretTest, state: 'personDeactivated' },
  ticketsReadOnly: { ...secretTest, permissions: ['tickets:read'] },
  withoutPermissions: { ...secretTest, permissions: [] },
  restrictedByAddress: { ...secretTest, restrictions: { ipAddresses: ['192.0.2.0/24'] } },
  restrictedByReferrer: { ...secretTest, restrictions: { referrers: ['https://shop.example/*'] } },
  restrictedByEndpoint: { ...secretTest, restrictions: { endpoints: ['getIdentity'] } },
} as const satisfies Record<string, DemoKind>;

export type DemoKeyName = keyof typeof demoKinds;
export const demoKeyNames = Object.keys(demoKinds) as DemoKeyName[];
/** The type, environment, access and state of a demo key. */
export const demoKind = (name: DemoKeyName): DemoKind => demoKinds[name];

/** When the expired demo key expired. */
export const expiredAt = new Date(Date.UTC(2026, 0, 6));
