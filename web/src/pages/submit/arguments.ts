// Arguments as they are written on a command line, taken apart as a shell would.

export interface SplitArguments {
  words: string[];
  /** What is wrong with the text; null when nothing is. */
  problem: string | null;
}

/** Words are separated by blanks; quotes of either kind hold blanks, a backslash any character. */
export function splitArguments(text: string): SplitArguments {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charAt(i);
    if (c === "\\" && quote !== "'" && i + 1 < text.length) {
      i += 1;
      word = (word ?? "") + text.charAt(i);
    } else if (quote !== null) {
      if (c === quote) quote = null;
      else word = (word ?? "") + c;
    } else if (c === '"' || c === "'") {
      quote = c;
      word ??= "";
    } else if (/\s/.test(c)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? "") + c;
    }
  }
  if (word !== null) words.push(word);
  return { words, problem: quote === null ? null : `the quote ${quote} is not closed` };
}
