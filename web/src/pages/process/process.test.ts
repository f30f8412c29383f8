import { describe, expect, it } from "vitest";
import { formatMetric } from "./metric-value";
import { inGroups } from "./process";

describe("When metrics are asked for", () => {
  it("Then the names are in groups of a length that an address may have", () => {
    expect(inGroups(["aa", "bb", "cc"], 4)).toEqual([["aa", "bb"], ["cc"]]);
    expect(inGroups(["longer than that"], 4)).toEqual([["longer than that"]]);
    expect(inGroups([])).toEqual([]);
  });
});

describe("When a metric is shown", () => {
  it.each([
    ["Status.Memory.Resident", "1073741824", "1 GiB"],
    ["numBytesInPerSecond", "2048.5", "2049"],
    ["busyRatio", "0.5", "50 %"],
    ["numRestarts", "12345", "12,345"],
    ["Status.CPU.Load", "0.123456", "0.1235"],
    ["name", "text", "text"],
    ["name", undefined, "–"],
  ])("Then %s of %s is %s", (name, value, text) => {
    expect(formatMetric(name, value)).toBe(text);
  });
});
