// Numbers for people. Each has at most three significant digits; the exact value belongs in a title.

const countUnits = ["", " k", " M", " G", " T", " P"];
const byteUnits = [" B", " KiB", " MiB", " GiB", " TiB", " PiB"];

/** At most three significant digits, without trailing zeros: 9.99, 12.3, 124. */
function threeDigits(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}

function scaled(value: number, base: number, units: string[]): string {
  if (!Number.isFinite(value)) return "–";
  const sign = value < 0 ? "-" : "";
  let rest = Math.abs(value);
  let unit = 0;
  while (unit < units.length - 1 && Math.round(rest) >= base) {
    rest /= base;
    unit += 1;
  }
  return sign + threeDigits(rest) + units[unit];
}

export const formatCount = (count: number): string => scaled(count, 1000, countUnits);
export const formatBytes = (bytes: number): string => scaled(bytes, 1024, byteUnits);
export const formatRate = (perSecond: number): string => `${formatCount(perSecond)}/s`;
export const formatByteRate = (perSecond: number): string => `${formatBytes(perSecond)}/s`;

/** A ratio of 0..1 as per cent. */
export function formatPercent(ratio: number): string {
  if (!Number.isFinite(ratio)) return "–";
  const percent = ratio * 100;
  if (percent > 0 && percent < 1) return "< 1 %";
  return `${Math.round(percent)} %`;
}

/** All digits, grouped: for titles. */
export const formatExact = (value: number): string => value.toLocaleString("en-US");

/** "1 job", "2 jobs". */
export function plural(count: number, singular: string, several = `${singular}s`): string {
  return `${formatExact(count)} ${count === 1 ? singular : several}`;
}
