// IDs with two spellings: `tkt_` + 12 base62 characters, and a UUIDv8 with the same 72 bits and the same sort order.
//
//   71.4 bits   milliseconds since 2025-01-01 (41.4 bits, until 2120)  |  30 random bits
//   UUIDv8      48 bits of it, version 8, 12 bits of it, variant 10, 12 bits of it, 50 bits zero   (RFC 9562, section 5.8)
import { randomFillSync, randomInt } from 'node:crypto';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'; // in ASCII order, so that text sorts like the numbers
const epoch = Date.UTC(2025, 0, 1);
const randomBits = 30n;
/** The number of values of six digits. */
const half = 62 ** 6;
const ourShape = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]0{11}$/i;

/** Random bytes, drawn many at once because every draw is a call into the system. */
const pool = Buffer.alloc(4096);
let used = pool.length;

/** Random base62 characters, for names that must be unique and not guessable. */
export function randomBase62(count: number): string {
  let text = '';
  while (text.length < count) {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const six = (pool[used++] as number) & 63;
    if (six < digits.length) text += digits[six]; // a remainder would make some characters more frequent
  }
  return text;
}

/** Whether a text has the form of a UUID, of any version. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** Whether a text has the form of an ID in either spelling. Slugs and names do not. */
export const isId = (text: string): boolean => isUuid(text) || /^[a-z]{3,5}_[0-9A-Za-z]{12}$/.test(text);

/** A new UUID. Two UUIDs of the same millisecond differ in 30 random bits. */
export function newUuid(now: Date, random: () => number = () => randomInt(2 ** 30)): string {
  return toUuidText((BigInt(now.getTime() - epoch) << randomBits) | BigInt(random()));
}

/**
 * The prefixed spelling of a UUID that `newUuid` created.
 * @throws RangeError for any other UUID
 */
export function toPrefixed(prefix: string, uuid: string): string {
  const halves = halvesOf(uuid);
  if (!halves) throw new RangeError(`the UUID ${uuid} has no prefixed spelling`);
  return `${prefix}_${sixDigits(halves.upper)}${sixDigits(halves.lower)}`;
}

function sixDigits(value: number): string {
  let text = '';
  for (let rest = value; text.length < 6; rest = Math.floor(rest / 62)) text = digits.charAt(rest % 62) + text;
  return text;
}

/** Whether a UUID has a prefixed spelling. UUIDs from other sources, such as those of the demo teams, have none. */
export const isOurs = (uuid: string): boolean => halvesOf(uuid) !== undefined;

/** The UUID of an ID in either spelling, whose form the guard has checked. */
export function toUuid(id: string): string {
  if (isUuid(id)) return id.toLowerCase();
  const start = id.indexOf('_') + 1;
  return toUuidText(BigInt(numberOf(id, start)) * BigInt(half) + BigInt(numberOf(id, start + 6)));
}

/** The value of six digits. */
function numberOf(text: string, start: number): number {
  let value = 0;
  for (let i = start; i < start + 6; i++) value = value * 62 + digits.indexOf(text.charAt(i));
  return value;
}

/** The values of the upper and the lower six digits. Divides 72 bits by `half` without BigInts, which would be slow for a list. */
function halvesOf(uuid: string): { upper: number; lower: number } | undefined {
  if (!ourShape.test(uuid)) return undefined;
  const bits = (start: number, end: number) => Number.parseInt(uuid.slice(start, end), 16);
  const last = ((bits(19, 23) & 0x3fff) << 4) | bits(24, 25); // 18 bits, of which the upper 12 are used
  const first = bits(0, 8) * 16 + bits(9, 10); // 36 bits
  let upper = Math.floor(first / half);
  let lower = first % half;
  for (const twelve of [bits(10, 13), bits(15, 18), last >> 6]) {
    const rest = lower * 4096 + twelve; // less than 2 ** 48
    upper = upper * 4096 + Math.floor(rest / half);
    lower = rest % half;
  }
  return (last & 0x3f) === 0 && upper < half ? { upper, lower } : undefined;
}

function toUuidText(value: bigint): string {
  const high = (value >> 12n).toString(16).padStart(15, '0');
  const low = (((2n << 12n) | (value & 0xfffn)) << 2n).toString(16).padStart(4, '0'); // variant 10, 12 bits, 2 bits zero
  return `${high.slice(0, 8)}-${high.slice(8, 12)}-8${high.slice(12)}-${low}-000000000000`;
}
