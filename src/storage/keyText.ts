// The text of an API key (first source document): one of four prefixes, then 32 random base64url characters.
import { randomBytes } from 'node:crypto';
import type { Environment } from './tenant.ts';

export type KeyKind = { type: 'secret' | 'publishable'; environment: Environment };

const secretBytes = 24; // 32 base64url characters

/** The prefix of a key, such as `sk_test_`. */
export const prefixOf = ({ type, environment }: KeyKind): `${'sk' | 'pk'}_${Environment}_` =>
  `${type === 'secret' ? 'sk' : 'pk'}_${environment}_`;

/** A new key, in plain text. */
export const newSecret = (kind: KeyKind): string => prefixOf(kind) + randomBytes(secretBytes).toString('base64url');
