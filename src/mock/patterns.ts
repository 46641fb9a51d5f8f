// Replaces Unicode property escapes, which the generator does not support: `\p{L}` becomes the ASCII letters.

const propertyEscape = /\\[pP]\{[^}]*\}/g;
const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)); // the only characters that the generator creates

/** The pattern with ASCII characters instead of each property. Undefined if a property matches none or does not exist. */
export function patternInAscii(pattern: string): string | undefined {
  let isPossible = true;
  const plain = pattern.replaceAll(propertyEscape, (property: string, at: number) => {
    const characters = charactersOf(property);
    if (characters === '') isPossible = false;
    return isInClass(pattern, at) ? characters : `[${characters}]`;
  });
  return isPossible ? plain : undefined;
}

/** The printable ASCII characters of a property, escaped for a character class. */
function charactersOf(property: string): string {
  try {
    const test = new RegExp(`^${property}$`, 'u');
    return ascii
      .filter((character) => test.test(character))
      .map((character) => (/[\]\\^[-]/.test(character) ? `\\${character}` : character))
      .join('');
  } catch {
    return '';
  }
}

/** Whether a position in a pattern is inside a character class. */
function isInClass(pattern: string, at: number): boolean {
  const before = pattern.slice(0, at).replaceAll(/\\./g, '');
  return before.lastIndexOf('[') > before.lastIndexOf(']');
}
