import { describe, expect, it } from "vitest";
import {
  formatByteRate,
  formatBytes,
  formatCount,
  formatExact,
  formatPercent,
  formatRate,
  plural,
} from "./numbers";

describe("When a number is shown", () => {
  it("Then counts have three digits and a unit of thousands", () => {
    expect(formatCount(0)).toBe("0");
    expect(formatCount(999)).toBe("999");
    expect(formatCount(1000)).toBe("1 k");
    expect(formatCount(4_123_000)).toBe("4.12 M");
    expect(formatCount(-12_340)).toBe("-12.3 k");
    expect(formatCount(0.333)).toBe("0.33");
  });

  it("Then a value that rounds up to the next unit is in that unit", () => {
    expect(formatCount(999_700)).toBe("1 M");
    expect(formatBytes(1023.9)).toBe("1 KiB");
  });

  it("Then sizes are in powers of 1024", () => {
    expect(formatBytes(512)).toBe("512 B");
    expect(formatBytes(1536)).toBe("1.5 KiB");
    expect(formatBytes(1.2 * 1024 ** 3)).toBe("1.2 GiB");
  });

  it("Then rates are per second", () => {
    expect(formatRate(4_100_000)).toBe("4.1 M/s");
    expect(formatByteRate(2048)).toBe("2 KiB/s");
  });

  it("Then ratios are per cent, and little is not nothing", () => {
    expect(formatPercent(0)).toBe("0 %");
    expect(formatPercent(0.004)).toBe("< 1 %");
    expect(formatPercent(0.555)).toBe("56 %");
    expect(formatPercent(Number.NaN)).toBe("–");
  });

  it("Then the exact value has all its digits", () => {
    expect(formatExact(1234567)).toBe("1,234,567");
  });

  it("Then nouns agree with it", () => {
    expect(plural(1, "job")).toBe("1 job");
    expect(plural(2, "job")).toBe("2 jobs");
    expect(plural(0, "entry", "entries")).toBe("0 entries");
  });
});
