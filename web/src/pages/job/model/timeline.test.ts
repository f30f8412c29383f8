import { describe, expect, it } from "vitest";
import { jobSpans, placeOf, spansOf, ticksOf, vertexSpans, windowOf } from "./timeline";
import type { JobEvent } from "./types";

const event = (kind: string, timestamp: number): JobEvent => ({
  id: timestamp,
  timestamp,
  kind,
  level: "INFO",
  message: kind,
});

describe("spans of a task", () => {
  it("follow the times at which it entered states", () => {
    expect(
      spansOf({ RUNNING: 30, CREATED: 10, DEPLOYING: 20, FAILED: 0, FINISHED: -1 }, 100),
    ).toEqual([
      { state: "CREATED", start: 10, end: 20 },
      { state: "DEPLOYING", start: 20, end: 30 },
      { state: "RUNNING", start: 30, end: 100 },
    ]);
  });

  it("end with a terminal state, whatever the time is", () => {
    expect(spansOf({ RUNNING: 30, FINISHED: 50 }, 100).at(-1)).toEqual({
      state: "FINISHED",
      start: 50,
      end: 50,
    });
  });

  it("never run backwards when clocks differ", () => {
    expect(spansOf({ RUNNING: 200 }, 100)).toEqual([{ state: "RUNNING", start: 200, end: 200 }]);
  });
});

describe("spans of a job", () => {
  it("have every restart", () => {
    const events = [
      "submitted",
      "created",
      "deploying",
      "running",
      "failure",
      "restarting",
      "running",
    ].map((kind, i) => event(kind, (i + 1) * 10));
    expect(jobSpans(events, 100)).toEqual([
      { state: "INITIALIZING", start: 10, end: 20 },
      { state: "CREATED", start: 20, end: 40 },
      { state: "RUNNING", start: 40, end: 60 },
      { state: "RESTARTING", start: 60, end: 70 },
      { state: "RUNNING", start: 70, end: 100 },
    ]);
  });
});

describe("spans of a vertex", () => {
  it("are those of its slowest subtask", () => {
    const subtasks = [
      { subtask: 0, timestamps: { DEPLOYING: 10, RUNNING: 20 } },
      { subtask: 1, timestamps: { DEPLOYING: 12, RUNNING: 40 } },
    ];
    expect(vertexSpans(subtasks, 50)).toEqual([
      { state: "DEPLOYING", start: 12, end: 40 },
      { state: "RUNNING", start: 40, end: 50 },
    ]);
  });
});

describe("the axis", () => {
  it("reaches from the first start to the last end", () => {
    const window = windowOf(
      [
        [{ state: "RUNNING", start: 5000, end: 9000 }],
        [{ state: "RUNNING", start: 4000, end: 6000 }],
      ],
      1,
    );
    expect(window).toEqual({ start: 4000, end: 9000 });
    expect(windowOf([], 10_000)).toEqual({ start: 9000, end: 10_000 });
  });

  it("places spans as shares and clips them", () => {
    const window = { start: 100, end: 200 };
    expect(placeOf({ state: "RUNNING", start: 50, end: 150 }, window)).toEqual({
      left: 0,
      width: 0.5,
    });
    expect(placeOf({ state: "FAILED", start: 200, end: 200 }, window, 0.01)).toEqual({
      left: 0.99,
      width: 0.01,
    });
    expect(placeOf({ state: "RUNNING", start: 10, end: 20 }, window)).toBeUndefined();
  });

  it("has few, round ticks inside the window", () => {
    for (const length of [3, 1500, 61_000, 4e6, 9e8]) {
      const window = { start: 1_700_000_000_123, end: 1_700_000_000_123 + length };
      const ticks = ticksOf(window);
      expect(ticks.length).toBeGreaterThan(0);
      expect(ticks.length).toBeLessThanOrEqual(9);
      expect(ticks.every((tick) => tick >= window.start && tick <= window.end)).toBe(true);
    }
  });
});
