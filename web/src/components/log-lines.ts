// The lines of a log as it comes in parts.

export interface LogLines {
  lines: string[];
  /** The last of `lines` has no line end yet. */
  open: boolean;
}

export const noLines: LogLines = { lines: [], open: false };

// More would only fill the browser's memory; the file is on the machine for those who want all.
const mostLines = 200_000;

export function appendText(log: LogLines, text: string): LogLines {
  if (text === "") return log;
  const added = text.split("\n");
  const ended = text.endsWith("\n");
  if (ended) added.pop();
  const lines = log.lines.slice();
  if (log.open) lines[lines.length - 1] += added.shift() ?? "";
  for (const line of added) lines.push(line);
  return { lines: lines.length > mostLines ? lines.slice(-mostLines) : lines, open: !ended };
}
