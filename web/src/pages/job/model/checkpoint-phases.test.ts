import { describe, expect, it } from "vitest";
import { endOf, longestPhase, phasesOf, slowest } from "./checkpoint-phases";
import type { CheckpointSubtask } from "./types";

const part = (over: Partial<CheckpointSubtask> = {}): CheckpointSubtask => ({
  index: 0,
  status: "completed",
  ack_timestamp: 1000,
  end_to_end_duration: 100,
  start_delay: 20,
  alignment: { duration: 30 },
  checkpoint: { sync: 5, async: 40 },
  ...over,
});

describe("phases of a subtask's checkpoint", () => {
  it("follow one another from the trigger to the acknowledgement", () => {
    expect(phasesOf(part())).toEqual([
      { name: "start-delay", start: 0, length: 20 },
      { name: "alignment", start: 20, length: 30 },
      { name: "sync", start: 50, length: 5 },
      { name: "async", start: 55, length: 40 },
      { name: "report", start: 95, length: 5 },
    ]);
    expect(endOf(part())).toBe(100);
  });

  it("leave out what took no time", () => {
    const names = phasesOf(part({ alignment: { duration: 0 }, end_to_end_duration: 65 })).map(
      (phase) => phase.name,
    );
    expect(names).toEqual(["start-delay", "sync", "async"]);
  });

  it("reach beyond a duration that was rounded down", () => {
    expect(endOf(part({ end_to_end_duration: 90 }))).toBe(95);
  });

  it("are none before the acknowledgement", () => {
    expect(phasesOf({ index: 1, status: "pending_or_failed" })).toEqual([]);
    expect(endOf({ index: 1, status: "pending_or_failed" })).toBe(0);
  });
});

describe("what held a checkpoint up", () => {
  it("is the subtask that ended last, and its longest phase", () => {
    const parts = [
      part(),
      part({ index: 1, end_to_end_duration: 300 }),
      { index: 2, status: "pending_or_failed" },
    ];
    expect(slowest(parts)?.index).toBe(1);
    expect(longestPhase(parts[1] ?? part())?.name).toBe("report");
    expect(slowest([])).toBeUndefined();
  });
});
