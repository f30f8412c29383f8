// How busy a vertex is, as a colour, a word and shares of a bar. Colours run from idle blue to busy
// red and to black when the vertex waits for those behind it; white text is readable on all of them.

import type { Live } from "./types";

type Rgb = readonly [number, number, number];

export const IDLE: Rgb = [37, 99, 176];
export const BUSY: Rgb = [196, 36, 42];
export const BACKPRESSURED: Rgb = [22, 23, 26];

const clamp = (share: number) => Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0));
const linear = (channel: number) => {
  const c = channel / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
};
/** Between two colours. */
function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const t = clamp(share);
  const channel = (i: 0 | 1 | 2) => Math.round(from[i] * (1 - t) + to[i] * t);
  return [channel(0), channel(1), channel(2)];
}

/** WCAG's relative luminance. */
export function luminance([r, g, b]: Rgb): number {
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/** WCAG's contrast ratio, 1..21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

export function loadRgb(busy: number, backpressured: number): Rgb {
  return mix(mix(IDLE, BUSY, busy), BACKPRESSURED, backpressured);
}

/** As CSS. */
export function loadColor(busy: number, backpressured: number): string {
  return `rgb(${loadRgb(busy, backpressured).join(" ")})`;
}

export type Pressure = "OK" | "LOW" | "HIGH";

/** Flink's levels. */
export function pressureOf(ratio: number): Pressure {
  return ratio <= 0.1 ? "OK" : ratio <= 0.5 ? "LOW" : "HIGH";
}

export interface Load {
  /** Of the busiest subtask. */
  busy: number;
  /** Of the most back-pressured subtask. */
  backpressured: number;
  /** Of all subtasks on average; sum is 1. */
  shares: { busy: number; backpressured: number; idle: number };
  level: "idle" | "ok" | "busy" | "back-pressured";
}

/** Undefined when nothing has been measured. */
export function loadOf(live: Live | null | undefined): Load | undefined {
  const busy = live?.["busy-ratio"];
  if (live == null || busy == null) return undefined;
  const backpressured = clamp(live["backpressured-ratio"] ?? 0);
  const average = clamp(live["busy-ratio-average"] ?? busy);
  const waiting = Math.min(
    1 - average,
    clamp(live["backpressured-ratio-average"] ?? backpressured),
  );
  const level =
    backpressured > 0.5
      ? "back-pressured"
      : busy >= 0.8
        ? "busy"
        : busy < 0.05 && backpressured <= 0.1
          ? "idle"
          : "ok";
  return {
    busy: clamp(busy),
    backpressured,
    shares: { busy: average, backpressured: waiting, idle: 1 - average - waiting },
    level,
  };
}

/** (max − mean) / max: 0 when all have the same, near 1 when one has everything. */
export function skewOf(values: readonly number[]): number {
  const most = Math.max(0, ...values);
  if (most === 0) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return (most - mean) / most;
}
