import { type KeyboardEvent, useState } from "react";

/**
 * Arrow keys for the rows of a table, of which one at a time is reached with Tab: up, down, page, home,
 * end; Enter opens. Rows carry data-index.
 */
export function useRowKeys(
  count: number,
  scrollTo: (index: number) => void,
  open: (index: number) => void,
) {
  const [wanted, setCurrent] = useState(0);
  const current = Math.min(wanted, Math.max(0, count - 1));

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    // Keys for something inside of a row are not the row's.
    if (!(event.target instanceof HTMLElement) || !event.target.dataset.index) return;
    if (event.key === "Enter") {
      open(current);
      return;
    }
    const next = indexAfter(event.key, current, count);
    if (next === null) return;
    event.preventDefault();
    setCurrent(next);
    scrollTo(next);
    const body = event.currentTarget;
    requestAnimationFrame(() => {
      body.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus();
    });
  };
  return { current, setCurrent, onKeyDown };
}

const page = 10;

export function indexAfter(key: string, current: number, count: number): number | null {
  const last = count - 1;
  switch (key) {
    case "ArrowDown":
      return Math.min(last, current + 1);
    case "ArrowUp":
      return Math.max(0, current - 1);
    case "PageDown":
      return Math.min(last, current + page);
    case "PageUp":
      return Math.max(0, current - page);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}
