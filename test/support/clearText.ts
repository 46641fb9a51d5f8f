// Finds secrets in bytes: as they are, without their prefix, in hex and in base64 at any place of a longer text.

/** Every form in which a secret is looked for. */
export function formsOf(secret: string): string[] {
  const body = secret.replace(/^[sp]k_(live|test)_/, '');
  return [...new Set([body, ...encodingsOf(Buffer.from(body))])]; // a form of the body is in every form of the whole
}

/** Bytes as hex and as base64 of both alphabets, at each of the three places that they can have in a longer text. */
export function encodingsOf(bytes: Buffer): string[] {
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64url');
    const bits = 8 * (offset + bytes.length);
    return text.slice(Math.ceil((8 * offset) / 6), Math.floor(bits / 6)); // only digits that are made of these bytes alone
  });
  return [hex, hex.toUpperCase(), ...base64, ...base64.map((text) => text.replaceAll('-', '+').replaceAll('_', '/'))];
}

/** A search for all of these texts at once; what is found comes back once each. */
export function searchFor(texts: string[]): (content: string) => string[] {
  const any = new RegExp(
    [...new Set(texts)].map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'),
    'g',
  );
  return (content) => [...new Set(content.match(any) ?? [])];
}
