/**
 * JSON that is safe to print on a terminal. JSON itself escapes only control characters below U+0020, so
 * other control characters and direction overrides are escaped too.
 * @param indent 0 for one line
 */
export function toJson(document: object, indent: 0 | 2): string {
  return JSON.stringify(document, null, indent).replace(
    /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
