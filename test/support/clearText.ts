// Finds secrets in bytes: unchanged, without their prefix, in hexadecimal, and in Base64 at any position of a longer
// text.

/** Every form of a secret to search for. */
export function formsOf(secret: string): string[] {
  const body = secret.replace(/^[sp]k_(live|test)_/, '');
  return [...new Set([body, ...encodingsOf(Buffer.from(body))])]; // every form of the complete secret contains a form of the body
}

/** Bytes in hexadecimal and in both Base64 alphabets, at each of the three possible offsets in a longer text. */
export function encodingsOf(bytes: Buffer): string[] {
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64url');
    const bits = 8 * (offset + bytes.length);
    return text.slice(Math.ceil((8 * offset) / 6), Math.floor(bits / 6)); // only digits that depend on these bytes alone
  });
  return [hex, hex.toUpperCase(), ...base64, ...base64.map((text) => text.replaceAll('-', '+').replaceAll('_', '/'))];
}

const startLength = 4;
const buckets = 2 ** 16;

/**
 * A search for all texts at once, in one pass. Each match is returned once. A regular expression with thousands of
 * alternatives would take minutes.
 * @param texts of at least four characters, each below U+0100
 */
export function searchFor(texts: string[]): (content: string) => string[] {
  const byStart = Map.groupBy(new Set(texts), (text) => startOf(text, 0));
  const isStart = new Uint8Array(buckets);
  for (const start of byStart.keys()) isStart[bucketOf(start)] = 1;
  return (content) => {
    const found = new Set<string>();
    for (let at = 0; at + startLength <= content.length; at++) {
      const start = startOf(content, at);
      if (!isStart[bucketOf(start)]) continue;
      for (const text of byStart.get(start) ?? []) if (content.startsWith(text, at)) found.add(text);
    }
    return [...found];
  };
}

const startOf = (text: string, at: number): number =>
  text.charCodeAt(at) |
  (text.charCodeAt(at + 1) << 8) |
  (text.charCodeAt(at + 2) << 16) |
  (text.charCodeAt(at + 3) << 24);
const bucketOf = (start: number): number => (Math.imul(start, 0x9e3779b1) >>> 16) & (buckets - 1);
