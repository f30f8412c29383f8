import { formatBytes, formatExact, formatPercent } from "@/format/numbers";
import { formatDuration } from "@/format/times";

const bytes = /memory|bytes|size|resident/i;
const nanosPerMilli = 1e6;
const notBytes = /count|number|persecond/i;

/** A value as people read it, by what its name says about its unit; the exact one belongs in a title. */
export function formatMetric(name: string, value: string | undefined): string {
  if (value === undefined) return "–";
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number)) return value;
  if (/CPU\.Time$/.test(name)) return formatDuration(number / nanosPerMilli);
  if (/ratio|usage$/i.test(name)) return formatPercent(number);
  if (bytes.test(name) && !notBytes.test(name)) return formatBytes(number);
  return Number.isInteger(number) ? formatExact(number) : String(Number(number.toPrecision(4)));
}
