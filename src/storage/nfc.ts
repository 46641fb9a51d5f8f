// Text is stored as it was sent and compared in Unicode's form NFC: `é` is one character or two, and the same text.

/** The form in which texts are compared. */
export const nfc = (text: string): string => text.normalize('NFC');

/** The NFC form of a text for a column that holds it only where it differs from the text itself. */
export function nfcWhereDifferent(text: string | null): string | null {
  return text === null || nfc(text) === text ? null : nfc(text);
}

/** The same for a list of texts. */
export function listNfcWhereDifferent(texts: string[]): string[] | null {
  return texts.every((text) => nfc(text) === text) ? null : texts.map(nfc);
}
