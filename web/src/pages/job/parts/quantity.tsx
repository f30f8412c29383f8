// Values for people with the exact one on hover.

import { formatBytes, formatCount, formatExact } from "@/format/numbers";
import { formatDuration, formatExactTime, formatTime } from "@/format/times";

type Value = number | null | undefined;

export function Count({ value }: { value: Value }) {
  if (value == null) return <span>–</span>;
  return <span title={formatExact(value)}>{formatCount(value)}</span>;
}

export function Bytes({ value }: { value: Value }) {
  if (value == null) return <span>–</span>;
  return <span title={`${formatExact(Math.round(value))} bytes`}>{formatBytes(value)}</span>;
}

export function Duration({ value }: { value: Value }) {
  if (value == null || value < 0) return <span>–</span>;
  return <span title={`${formatExact(Math.round(value))} ms`}>{formatDuration(value)}</span>;
}

export function Time({ value }: { value: Value }) {
  if (value == null || value <= 0) return <span>–</span>;
  return <span title={formatExactTime(value)}>{formatTime(value)}</span>;
}

/** Before the first event there is none: the least number of 64 bits, which arrives rounded. */
export function isWatermark(value: Value): value is number {
  return value != null && Math.abs(value) < 8.64e15;
}

export function Watermark({ value }: { value: Value }) {
  if (!isWatermark(value)) {
    const ended = value != null && value > 0;
    return <span title={ended ? "end of data" : "none yet"}>{ended ? "end" : "–"}</span>;
  }
  return <span title={`${formatExactTime(value)} (${value})`}>{formatTime(value)}</span>;
}
