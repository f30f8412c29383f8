// Filters of the event log.

import type { JobEvent } from "./types";

export type Level = "INFO" | "WARN" | "ERROR";

const ranks: Readonly<Record<string, number>> = { INFO: 0, WARN: 1, ERROR: 2 };

/** Those of a level or above, and of some kinds; no kinds stand for all. */
export function filterEvents(
  events: readonly JobEvent[],
  least: Level,
  kinds: readonly string[],
): JobEvent[] {
  const rank = ranks[least] ?? 0;
  return events.filter(
    (event) =>
      (ranks[event.level] ?? 0) >= rank && (kinds.length === 0 || kinds.includes(event.kind)),
  );
}

export function kindsOf(events: readonly JobEvent[]): string[] {
  return [...new Set(events.map((event) => event.kind))].sort();
}
