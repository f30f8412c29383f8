import { describe, expect, it } from "vitest";
import {
  BACKPRESSURED,
  BUSY,
  contrast,
  IDLE,
  loadColor,
  loadOf,
  loadRgb,
  pressureOf,
  skewOf,
} from "./load";

describe("colours of load", () => {
  it("run from blue over red to black", () => {
    expect(loadRgb(0, 0)).toEqual(IDLE);
    expect(loadRgb(1, 0)).toEqual(BUSY);
    expect(loadRgb(0.3, 1)).toEqual(BACKPRESSURED);
    expect(loadColor(1, 0)).toBe("rgb(196 36 42)");
  });

  it("let white text be read at every share", () => {
    for (let busy = 0; busy <= 1; busy += 0.05) {
      for (let waiting = 0; waiting <= 1; waiting += 0.05) {
        expect(contrast(loadRgb(busy, waiting), [255, 255, 255])).toBeGreaterThan(4.5);
      }
    }
  });

  it("take shares out of range for the nearest one", () => {
    expect(loadRgb(7, -1)).toEqual(BUSY);
    expect(loadRgb(Number.NaN, 0)).toEqual(IDLE);
  });
});

describe("load", () => {
  it("is unknown without measurements", () => {
    expect(loadOf(undefined)).toBeUndefined();
    expect(loadOf({ skew: 0 })).toBeUndefined();
  });

  it("has shares that sum to one", () => {
    const load = loadOf({
      "busy-ratio": 0.9,
      "busy-ratio-average": 0.7,
      "backpressured-ratio": 0.6,
      "backpressured-ratio-average": 0.5,
    });
    expect(load?.shares.busy).toBeCloseTo(0.7);
    expect(load?.shares.backpressured).toBeCloseTo(0.3);
    expect(load?.shares.idle).toBeCloseTo(0);
    expect(load?.level).toBe("back-pressured");
  });

  it("names levels", () => {
    expect(loadOf({ "busy-ratio": 0.01 })?.level).toBe("idle");
    expect(loadOf({ "busy-ratio": 0.4 })?.level).toBe("ok");
    expect(loadOf({ "busy-ratio": 0.85 })?.level).toBe("busy");
    expect([0, 0.1, 0.11, 0.5, 0.51].map(pressureOf)).toEqual(["OK", "OK", "LOW", "LOW", "HIGH"]);
  });
});

describe("skew", () => {
  it("is zero for equal shares and near one when one subtask has all", () => {
    expect(skewOf([])).toBe(0);
    expect(skewOf([0, 0])).toBe(0);
    expect(skewOf([5, 5, 5])).toBe(0);
    expect(skewOf([100, 0, 0, 0])).toBe(0.75);
  });
});
