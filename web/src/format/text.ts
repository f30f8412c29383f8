// Text as it is safe and short to show.

/** The beginning of a long id; the whole belongs in a title. */
export const shortId = (id: string): string => id.slice(0, 8);

const named: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f" };

// Controls but the tab, and marks that turn the writing direction.
const controls = /(?!\t)[\p{Cc}\p{Bidi_Control}]/gu;

function escapeOne(found: string): string {
  if (named[found]) return named[found];
  const code = found.charCodeAt(0);
  return code < 256
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** Control characters and the like escaped, so that they are seen and do nothing. */
export const escapeControls = (text: string): string => text.replace(controls, escapeOne);
