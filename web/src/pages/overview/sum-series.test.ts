import { describe, expect, it } from "vitest";
import { sparkPath, sumSeries } from "./sum-series";

describe("When histories are added up", () => {
  it("Then values of the same second are one, in the order of time", () => {
    const sums = sumSeries([
      { timestamps: [2010, 3010], values: [1, 2] },
      { timestamps: [990, 1980], values: [5, null] },
    ]);
    expect(sums).toEqual([5, 1, 2]);
  });
});

describe("When values are drawn", () => {
  it("Then the most is at the top and nothing at the bottom", () => {
    expect(sparkPath([0, 4, 2], 100, 20)).toBe("M0.0 20.0L50.0 0.0L100.0 10.0");
  });

  it("Then nothing but zeros is a line at the bottom", () => {
    expect(sparkPath([0, 0], 100, 20)).toBe("M0.0 20.0L100.0 20.0");
  });
});
