// Text is stored as it was sent, and compared in Unicode normalization form NFC: `é` as one or two characters is the same text.

/** The form in which text is compared. */
export const nfc = (text: string): string => text.normalize('NFC');

/** The NFC form of a text, or null if it equals the text, for a column that stores only differences. */
export function nfcWhereDifferent(text: string | null): string | null {
  return text === null || nfc(text) === text ? null : nfc(text);
}

/** The NFC forms of a list of texts, or null if every text equals its NFC form. */
export function listNfcWhereDifferent(texts: string[]): string[] | null {
  return texts.every((text) => nfc(text) === text) ? null : texts.map(nfc);
}
