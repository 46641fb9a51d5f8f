import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createSecretBox, type EncryptionKeys } from '../../src/storage/secretBox.ts';

const key = (id: string): EncryptionKeys[number] => [id, randomBytes(32)];
const old = key('old');
const fresh = key('fresh');
const box = createSecretBox([fresh, old]);

describe('secretBox', () => {
  test.each(['', 'x', 'Grüße, 世界 👋', 'long '.repeat(100_000)])('decrypts what it encrypted (%#)', (text) => {
    expect(box.open(box.seal(text, 'here'), 'here')).toBe(text);
  });

  test('never encrypts to the same bytes twice', () => {
    expect(box.seal('same', 'here').equals(box.seal('same', 'here'))).toBe(false);
  });

  test('does not reveal the text', () => {
    expect(box.seal('in clear', 'here').toString('latin1')).not.toContain('clear');
  });

  test('does not decrypt in another place', () => {
    const sealed = box.seal('text', 'here');
    expect(() => box.open(sealed, 'there')).toThrow();
    expect(() => box.open(sealed, '')).toThrow();
  });

  test('does not decrypt if any byte was changed', () => {
    const sealed = box.seal('text', 'here');
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(i) ^ 1, i);
      expect(() => box.open(changed, 'here'), `byte ${i}`).toThrow();
    }
  });

  test('does not decrypt a truncated text, even inside the tag', () => {
    const sealed = box.seal('text', 'here');
    for (let length = 0; length < sealed.length; length++)
      expect(() => box.open(sealed.subarray(0, length), 'here'), `${length} bytes`).toThrow();
  });

  test('decrypts with an old key and encrypts with the first one', () => {
    expect(box.open(createSecretBox([old]).seal('text', 'here'), 'here')).toBe('text');
    const sealed = box.seal('text', 'here');
    expect(createSecretBox([fresh]).open(sealed, 'here')).toBe('text');
    expect(() => createSecretBox([old]).open(sealed, 'here')).toThrow('encryption key fresh is not known');
  });

  test('does not decrypt with another key of the same ID', () => {
    expect(() => createSecretBox([key('fresh')]).open(box.seal('text', 'here'), 'here')).toThrow();
  });

  test('requires a key', () => {
    expect(() => createSecretBox([])).toThrow('there is no encryption key');
  });
});
