// Keys as the front knows them: one port, implemented by the store and by the mock.
import { createHash } from 'node:crypto';
import type { Admission } from './restrictions.ts';

/** What is kept of a key in place of the key itself (third source document). */
export const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** What limits a key; `rateLimit` is requests an hour, where it has a limit of its own. */
export type KeyLimit = { id: string; type: 'secret' | 'publishable'; rateLimit: number | undefined };

/** A key that exists, in force or not. */
export type Key = {
  id: string;
  /** Of the secret that was sent. */
  digest: Buffer;
  teamId: string;
  permissions: readonly string[];
  /** Neither revoked nor deactivated. */
  isActive: boolean;
  /** The person behind the key is not deactivated. */
  isPersonActive: boolean;
  /** When the key or the secret that was sent ends. */
  expiresAt: Date | undefined;
  /** From where and for which operations it works. */
  admission: Admission;
  /** Requests an hour, where it has a limit of its own. */
  rateLimit: number | undefined;
  /** The keys whose limits count as well, nearest first: the one that made this key, the one that made that key, and so on. */
  sharedLimits: readonly KeyLimit[];
  /** When the secret that was sent was made. */
  secretCreatedAt: Date;
};

/** Finds a key by its text; `teamId` is the team in the path, which only the mock heeds. */
export type Keyring = { find(token: string, request: { teamId: string | undefined }): Promise<Key | undefined> };

const dayMs = 86_400_000;
/** Second source document: rotate every 90 days. */
const rotationDays = 90;

/** Whole days. */
export const daysSince = (time: Date, now: Date): number => Math.floor((now.getTime() - time.getTime()) / dayMs);

export const isRotationDue = (secretCreatedAt: Date, now: Date): boolean =>
  daysSince(secretCreatedAt, now) >= rotationDays;
