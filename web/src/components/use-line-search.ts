import { useMemo, useState } from "react";

export interface LineSearch {
  text: string;
  /** Indices of the lines that have the text, whatever its case. */
  found: Set<number>;
  /** Which of them the search is at; 0 for the first. */
  position: number;
  current: number | null;
  /** Both return the line that the search is at then. */
  setText: (text: string) => number | null;
  move: (by: 1 | -1) => number | null;
}

export function findLines(lines: string[], text: string): number[] {
  if (text === "") return [];
  const wanted = text.toLowerCase();
  const found: number[] = [];
  lines.forEach((line, index) => {
    if (line.toLowerCase().includes(wanted)) found.push(index);
  });
  return found;
}

export function useLineSearch(lines: string[]): LineSearch {
  const [text, setText] = useState("");
  const [wanted, setPosition] = useState(0);
  const list = useMemo(() => findLines(lines, text), [lines, text]);
  const found = useMemo(() => new Set(list), [list]);
  const position = Math.min(wanted, Math.max(0, list.length - 1));
  return {
    text,
    found,
    position,
    current: list[position] ?? null,
    setText: (next) => {
      setText(next);
      setPosition(0);
      return findLines(lines, next)[0] ?? null;
    },
    move: (by) => {
      if (list.length === 0) return null;
      const next = (position + by + list.length) % list.length;
      setPosition(next);
      return list[next] ?? null;
    },
  };
}
