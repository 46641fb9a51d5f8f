// API keys as the front sees them: one interface, implemented by the store and by the mock.
import { hash } from 'node:crypto';
import type { Admission } from './restrictions.ts';

/** The digest of a key, in hexadecimal digits. Node makes this text faster than a buffer. */
export const digestTextOf = (token: string): string => hash('sha256', token, 'hex');

/** The part of a key that is stored instead of the key itself (third source document). */
export const digestOf = (token: string): Buffer => Buffer.from(digestTextOf(token), 'hex');

/** What limits a key. `rateLimit` is in requests per hour, if the key has its own limit. */
export type KeyLimit = { id: string; type: 'secret' | 'publishable'; rateLimit: number | undefined };

/** A key that exists, whether it is valid or not. */
export type Key = {
  id: string;
  /** The digest of the secret that was sent. */
  digest: Buffer;
  teamId: string;
  permissions: readonly string[];
  /** Neither revoked nor deactivated. */
  isActive: boolean;
  /** Whether the person behind the key is active. */
  isPersonActive: boolean;
  /** When the key or the secret that was sent expires, whichever comes first. */
  expiresAt: Date | undefined;
  /** From which addresses and pages, and for which operations, the key can be used. */
  admission: Admission;
  /** Requests per hour, if the key has its own limit. */
  rateLimit: number | undefined;
  /** The keys whose limits this key shares, nearest first: the key that created this one, the key that created that one, and so on. */
  sharedLimits: readonly KeyLimit[];
  /** When the secret that was sent was created. */
  secretCreatedAt: Date;
};

/** Finds a key by its text. `teamId` is the team in the path, which only the mock uses. */
export type Keyring = { find(token: string, request: { teamId: string | undefined }): Promise<Key | undefined> };

const dayMs = 86_400_000;
/** Keys should be rotated every 90 days (second source document). */
const rotationDays = 90;

/** Whole days. */
export const daysSince = (time: Date, now: Date): number => Math.floor((now.getTime() - time.getTime()) / dayMs);

export const isRotationDue = (secretCreatedAt: Date, now: Date): boolean =>
  daysSince(secretCreatedAt, now) >= rotationDays;
