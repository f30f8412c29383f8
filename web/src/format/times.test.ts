import { describe, expect, it } from "vitest";
import { formatAgo, formatDuration, formatExactTime } from "./times";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe("When a duration is shown", () => {
  it.each([
    [0, "0 ms"],
    [350, "350 ms"],
    [3240, "3.2 s"],
    [9999, "10 s"],
    [12_900, "12 s"],
    [4 * minute + 10_000, "4 min 10 s"],
    [5 * minute, "5 min"],
    [2 * hour + 5 * minute, "2 h 5 min"],
    [3 * day + 4 * hour, "3 d 4 h"],
  ])("Then %d ms are %s", (millis, text) => {
    expect(formatDuration(millis)).toBe(text);
  });

  it("Then one that is not known is a dash", () => {
    expect(formatDuration(-1)).toBe("–");
    expect(formatDuration(null)).toBe("–");
    expect(formatDuration(undefined)).toBe("–");
  });
});

describe("When a time is shown", () => {
  it.each([
    [500, "just now"],
    [12_000, "12 s ago"],
    [3 * minute, "3 min ago"],
    [2 * hour + 59 * minute, "2 h ago"],
    [5 * day, "5 d ago"],
    [-3 * minute, "in 3 min"],
  ])("Then %d ms before now is %s", (distance, text) => {
    const now = 1_700_000_000_000;
    expect(formatAgo(now - distance, now)).toBe(text);
  });

  it("Then the exact one names its zone and is the same time", () => {
    const time = Date.UTC(2026, 2, 4, 5, 6, 7, 89);
    const text = formatExactTime(time);
    expect(text).toMatch(/^2026-03-0[345] \d\d:\d\d:07\.089 [+-]\d\d:\d\d$/);
    expect(new Date(text.replace(/^(\S+) (\S+) (\S+)$/, "$1T$2$3")).getTime()).toBe(time);
  });
});
