// Records seen on their way, newest last, no more than fit on a page.

import type { Millis } from "./types";

export interface TailRecord {
  /** Counts up from 1 over all that were seen. */
  number: number;
  subtask: number;
  operator: string;
  timestamp: Millis | null;
  /** Text, or JSON on one line. */
  record: string;
}

export interface Tail {
  records: readonly TailRecord[];
  seen: number;
  /** Passed without being shown. */
  dropped: number;
}

export const EMPTY_TAIL: Tail = { records: [], seen: 0, dropped: 0 };
export const TAIL_LIMIT = 500;

function recordText(record: unknown): string {
  return typeof record === "string" ? record : JSON.stringify(record);
}

/** Takes the data of some `record` events; what cannot be read is left out. */
export function withRecords(tail: Tail, messages: readonly string[]): Tail {
  const added: TailRecord[] = [];
  for (const message of messages) {
    try {
      const { subtask, operator, timestamp, record } = JSON.parse(message);
      added.push({
        number: tail.seen + added.length + 1,
        subtask: Number(subtask),
        operator: String(operator),
        timestamp: timestamp ?? null,
        record: recordText(record),
      });
    } catch {
      // Cut off on the way.
    }
  }
  return {
    ...tail,
    seen: tail.seen + added.length,
    records: [...tail.records, ...added].slice(-TAIL_LIMIT),
  };
}

/** The data of a `dropped` event: a number, or an object that has it as `count`. */
export function withDropped(tail: Tail, message: string): Tail {
  try {
    const data = JSON.parse(message);
    const count = Number(
      typeof data === "object" && data !== null ? (data.count ?? data.dropped) : data,
    );
    return Number.isFinite(count) ? { ...tail, dropped: tail.dropped + count } : tail;
  } catch {
    return tail;
  }
}
