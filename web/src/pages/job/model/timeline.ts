// States over time as bars: of a job from its event log, of tasks from the times at which they entered
// each state.

import type { JobEvent, Millis, TimelineSubtask } from "./types";

export interface Span {
  state: string;
  start: Millis;
  /** Exclusive; `now` for a span that goes on. */
  end: Millis;
}

/** From "when it entered each state" (0 or negative: never). A terminal state is a point. */
export function spansOf(timestamps: Readonly<Record<string, Millis>>, now: Millis): Span[] {
  const entered = Object.entries(timestamps)
    .filter(([, at]) => at > 0)
    .sort(([, a], [, b]) => a - b);
  return entered.map(([state, start], i) => {
    const next = entered[i + 1]?.[1];
    return { state, start, end: isTerminal(state) ? start : Math.max(start, next ?? now) };
  });
}

export function isTerminal(state: string): boolean {
  return state === "FINISHED" || state === "CANCELED" || state === "FAILED";
}

const STATE_OF_EVENT: Readonly<Record<string, string>> = {
  submitted: "INITIALIZING",
  created: "CREATED",
  running: "RUNNING",
  failing: "FAILING",
  restarting: "RESTARTING",
  cancelling: "CANCELLING",
  failed: "FAILED",
  canceled: "CANCELED",
  finished: "FINISHED",
};

/** Of a job, from its event log; unlike its time stamps it has every restart. */
export function jobSpans(events: readonly JobEvent[], now: Millis): Span[] {
  const spans: Span[] = [];
  for (const event of events) {
    const state = STATE_OF_EVENT[event.kind];
    const open = spans.at(-1);
    if (state === undefined || open?.state === state) continue;
    if (open) open.end = event.timestamp;
    spans.push({
      state,
      start: event.timestamp,
      end: isTerminal(state) ? event.timestamp : Math.max(now, event.timestamp),
    });
  }
  return spans;
}

/** Of a whole vertex: it is in the state of its slowest subtask. */
export function vertexSpans(subtasks: readonly TimelineSubtask[], now: Millis): Span[] {
  const latest: Record<string, Millis> = {};
  for (const { timestamps } of subtasks) {
    for (const [state, at] of Object.entries(timestamps)) {
      if (at > 0) latest[state] = Math.max(latest[state] ?? 0, at);
    }
  }
  return spansOf(latest, now);
}

export interface Window {
  start: Millis;
  end: Millis;
}

/** From the first start to the last end; at least a second. */
export function windowOf(rows: readonly (readonly Span[])[], now: Millis): Window {
  const spans = rows.flat();
  if (spans.length === 0) return { start: now - 1000, end: now };
  const start = spans.reduce(
    (first, span) => Math.min(first, span.start),
    Number.POSITIVE_INFINITY,
  );
  const end = spans.reduce((last, span) => Math.max(last, span.end), 0);
  return { start, end: Math.max(end, start + 1000) };
}

/** Shares 0..1 of the window; undefined when outside. A span is at least `least` wide, to be seen. */
export function placeOf(
  span: Span,
  window: Window,
  least = 0.002,
): { left: number; width: number } | undefined {
  const length = window.end - window.start;
  const from = Math.max(span.start, window.start);
  const to = Math.min(span.end, window.end);
  if (to < from || from > window.end) return undefined;
  const width = Math.max(least, (to - from) / length);
  return { left: Math.min((from - window.start) / length, 1 - width), width };
}

/** Round times for an axis, at most `most` of them. */
export function ticksOf(window: Window, most = 8): Millis[] {
  const steps = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 18e5,
    36e5, 72e5,
  ];
  const wanted = (window.end - window.start) / most;
  const step = steps.find((candidate) => candidate >= wanted) ?? Math.ceil(wanted / 864e5) * 864e5;
  const ticks: Millis[] = [];
  for (let at = Math.ceil(window.start / step) * step; at <= window.end; at += step) ticks.push(at);
  return ticks;
}
